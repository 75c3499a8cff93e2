//! What every file looks like, and what no file may hold.

use crate::tree::{File, file, files};

/// More than this is two subjects, and becomes two files.
const LINES_MAX: usize = 450;

/// Longer files, each with the reason.
const LONGER: &[(&str, &str)] = &[];

#[test]
fn every_source_says_what_it_is() {
    for file in files().iter().filter(|file| file.is_rust()) {
        assert!(
            file.text.starts_with("//! "),
            "{} does not open with `//!`: say what lives here and the one thing a reader must know",
            file.path
        );
    }
}

#[test]
fn every_script_says_what_it_is() {
    for file in files().iter().filter(|file| file.text.starts_with("#!/")) {
        let second = file.text.lines().nth(1).unwrap_or("");
        assert!(
            second.starts_with("# ") || second.starts_with("\"\"\""),
            "{} does not say in its second line what it is",
            file.path
        );
    }
}

#[test]
fn no_file_has_grown_too_long() {
    for file in files().iter().filter(|file| file.path.ends_with(".rs")) {
        let lines = file.text.lines().count();
        let longer = LONGER.iter().any(|(path, _)| *path == file.path);
        assert!(
            longer || lines <= LINES_MAX,
            "{} has {lines} lines, more than {LINES_MAX}: give its second subject a file of its own",
            file.path
        );
        assert!(
            !longer || lines > LINES_MAX,
            "{} has only {lines} lines now: remove it from LONGER in tests/tidy/files.rs",
            file.path
        );
    }
    for (path, _) in LONGER {
        file(path);
    }
}

/// Fails at the first line of any file that holds one of these. Written in halves, so that this file holds none.
#[track_caller]
fn nowhere(halves: &[[&str; 2]], is_excepted: impl Fn(&File, &str) -> bool, what_to_do: &str) {
    for file in files() {
        for word in halves.iter().map(|halves| halves.concat()) {
            if let Some((number, line)) = file
                .lines()
                .find(|(_, line)| line.contains(&word) && !is_excepted(file, line))
            {
                panic!("{}:{number}: `{}`: {what_to_do}", file.path, line.trim());
            }
        }
    }
}

#[test]
fn no_note_to_self_without_an_issue() {
    nowhere(
        &[["TO", "DO"], ["FIX", "ME"], ["XX", "X"]],
        // `(#12)` behind the word, and the pattern of a temporary name.
        |_, line| line.contains("(#") || line.contains("XXXX"),
        "open an issue and write its number behind it, as in `(#12)`, or do it",
    );
}

#[test]
fn no_path_of_one_machine() {
    nowhere(
        &[["/wo", "rk/"], ["/ro", "ot/"], ["../sh", "ared"]],
        |_, _| false,
        "this path exists on one machine only; say it from the root of the project, or ask the environment",
    );
}

#[test]
fn no_registry_by_its_host() {
    nowhere(
        &[
            ["crates", ".io"],
            ["pypi", ".org"],
            ["python", "hosted.org"],
            ["deb.deb", "ian.org"],
            ["docker", ".io"],
            ["proxy.go", "lang.org"],
            ["static.rust", "-lang.org"],
        ],
        // Cargo writes it there itself.
        |file, _| file.path == "Cargo.lock",
        "where packages come from is for cargo's and pip's own configuration to say; remove the host's name",
    );
}

#[test]
fn no_line_ends_in_blanks() {
    for file in files().iter().filter(|file| !file.is_under("tests/ui/fail")) {
        if let Some((number, _)) = file.lines().find(|(_, line)| line.ends_with([' ', '\t', '\r'])) {
            panic!("{}:{number} ends in blanks; remove them", file.path);
        }
        assert!(
            file.text.is_empty() || file.text.ends_with('\n'),
            "{} does not end with a line break; add one",
            file.path
        );
    }
}
