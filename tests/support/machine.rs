//! What not every machine lets a test do: mounts that one server alone sees, and what a test says when it must leave
//! that out.

use std::io::Write as _;

/// What to start a server under so that it runs where this script of a shell, which mounts things, was run; nobody
/// else sees these mounts, and they go with the server. As root, or else as one who may seem to be.
pub fn mounted(script: &str) -> Vec<String> {
    let mut command = vec!["unshare".to_owned(), "--mount".to_owned()];
    if !rustix::process::geteuid().is_root() {
        command.extend(["--user", "--map-root-user"].map(String::from));
    }
    // sh calls its first argument $0.
    command.extend(["sh", "-ec"].map(String::from));
    command.push(format!("{script}; exec \"$0\" \"$@\""));
    command
}

/// Says that a test was left out, and why, past the capture of a test's output.
pub fn skipped(test: &str, reason: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{test}: left out, {reason}");
}
