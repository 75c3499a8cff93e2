//! What the compiler says to the third party's `main.rs` when `main!` does not name the crates that `Cargo.toml` has.
//! Only checked, not linked, against the crates that this test's own binary is made of.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

const MAIN: &str = include_str!("../src/main.rs");
const NAMES: &str = "main! { bessemer_driver_fake, rack_driver }";
const CRATES: [&str; 3] = ["bessemer_server", "bessemer_driver_fake", "rack_driver"];

#[test]
fn all_crates_are_named() {
    let (is_accepted, said) = compile(MAIN);
    assert!(is_accepted, "{said}");
}

#[test]
fn a_crate_that_is_not_named_is_an_error_that_says_what_to_add() {
    is_refused_with(
        "main! { bessemer_driver_fake }",
        &[
            "error: extern crate `rack_driver` is unused in crate `racks`\n",
            "add `use rack_driver as _;`",
        ],
    );
}

#[test]
fn a_crate_that_is_not_there_is_an_error_at_its_name() {
    let names = "main! { bessemer_driver_fake, rack_drivers, rack_driver }";
    let main = MAIN.replace(NAMES, names);
    let before = &main[..main.find("rack_drivers").expect("the name is there")];
    let line = before.lines().count();
    let column = before.lines().last().map_or(0, str::len) + 1;
    is_refused_with(
        names,
        &[
            "error[E0432]: unresolved import `rack_drivers`\n",
            &format!("--> <anon>:{line}:{column}\n"),
            "use of unresolved module or unlinked crate `rack_drivers`\n",
            "there is a crate or module with a similar name\n",
        ],
    );
}

/// Compiles the main with these names, which must be refused with one error that says all of this.
#[track_caller]
fn is_refused_with(names: &str, parts: &[&str]) {
    assert!(MAIN.contains(NAMES), "the main does not hold `{NAMES}`");
    let (is_accepted, said) = compile(&MAIN.replace(NAMES, names));
    assert!(!is_accepted, "`{names}` is accepted");
    for part in parts {
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
    let is_error = |line: &&str| line.starts_with("error") && !line.contains("aborting");
    assert_eq!(said.lines().filter(is_error).count(), 1, "{said}");
}

/// Whether the compiler accepts this main, and what it says.
fn compile(main: &str) -> (bool, String) {
    static LIBRARIES: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let libraries = LIBRARIES.get_or_init(libraries);
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args([
            "--edition=2024",
            "--crate-name=racks",
            "--emit=metadata",
            "--color=never",
        ])
        .args(["--out-dir", env!("CARGO_TARGET_TMPDIR")]);
    for krate in CRATES {
        let library = &libraries[krate];
        let folder = library.parent().expect("a library lies in a folder");
        rustc.arg(format!("-Ldependency={}", folder.display()));
        rustc.arg(format!("--extern={krate}={}", library.display()));
    }
    let mut child = rustc
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the compiler runs");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(main.as_bytes()).expect("the compiler reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the compiler ends");
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The libraries by their crates. They are there already: cargo is only asked where they lie, with the words of
/// `tests/run`. Other words could mean other features, and a server built for these.
fn libraries() -> BTreeMap<String, PathBuf> {
    let this = std::env::current_exe().expect("a running test has a path");
    let target = this.ancestors().nth(3).expect("a test lies in the target directory");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--workspace", "--no-run", "--message-format", "json"])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = output.stdout.split(|byte| *byte == b'\n');
    let artifacts = messages.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let libraries = artifacts.filter_map(|artifact| {
        let name = artifact["target"]["name"].as_str()?.to_owned();
        let files = artifact["filenames"].as_array()?;
        let library = files
            .iter()
            .filter_map(Value::as_str)
            .find(|file| file.ends_with(".rlib"))?;
        Some((name, PathBuf::from(library)))
    });
    libraries.collect()
}
