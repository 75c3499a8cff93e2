//! What the documents promise exists: commands of the binary, scripts, files.

use std::collections::BTreeSet;
use std::process::Command;

use bessemer_tests::{Binary, path_of};

use crate::tree::{File, files, root};

/// The documents at the root: those that are read before anything is known.
fn documents() -> impl Iterator<Item = &'static File> {
    files()
        .iter()
        .filter(|file| file.path.ends_with(".md") && !file.path.contains('/'))
}

/// Lines of a shell in code blocks, without prompt.
fn shell_lines(document: &File) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut is_shell = None;
    for (number, line) in document.lines() {
        match line.trim_start().strip_prefix("```") {
            Some(language) if is_shell.is_none() => {
                is_shell = Some(["", "sh", "bash", "console", "shell"].contains(&language.trim()));
            }
            Some(_) => is_shell = None,
            None if is_shell == Some(true) => lines.push((number, line.trim().trim_start_matches("$ "))),
            None => {}
        }
    }
    lines
}

#[test]
fn commands_in_documents_exist() {
    let help = Command::new(path_of(Binary::Stock))
        .arg("--help")
        .output()
        .expect("the binary runs");
    let help = String::from_utf8(help.stdout).expect("the help is text");
    let verbs: BTreeSet<&str> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .collect();
    for document in documents() {
        for (number, line) in shell_lines(document) {
            let verb = match line.split_whitespace().collect::<Vec<_>>()[..] {
                ["bessemer" | "./bessemer" | "target/release/bessemer", verb, ..] => verb,
                ["cargo", "run", "--", verb, ..] | ["cargo", "run", "--release", "--", verb, ..] => verb,
                _ => continue,
            };
            assert!(
                verb.starts_with('-') || verbs.contains(verb),
                "{}:{number}: the binary has no `{verb}`; it has {verbs:?}",
                document.path
            );
        }
    }
}

#[test]
fn scripts_in_documents_exist() {
    for document in documents() {
        for (number, line) in shell_lines(document) {
            let program = line.split_whitespace().find(|word| !word.contains('=')).unwrap_or("");
            if program.starts_with("tests/") || program.starts_with("./") || program.starts_with(".ci/") {
                assert!(
                    root().join(program).exists(),
                    "{}:{number}: there is no `{program}`",
                    document.path
                );
            }
        }
    }
}

#[test]
fn links_in_documents_lead_somewhere() {
    for document in documents() {
        for (number, line) in document.lines() {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let path = target.split('#').next().unwrap_or("");
                let is_file = !path.is_empty() && !target.contains("://") && !target.starts_with("mailto:");
                assert!(
                    !is_file || root().join(path).exists(),
                    "{}:{number}: `{target}` leads nowhere",
                    document.path
                );
            }
        }
    }
}
