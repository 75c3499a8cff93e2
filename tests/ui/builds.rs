//! What no single file can show: profiles with which a lock would not be freed, and graphs of packages in which a
//! driver would be lost. Nothing is fetched: both get by with the versions of the workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Cargo's directory for what tests leave behind, in the target directory.
const LEFT_BEHIND: &str = env!("CARGO_TARGET_TMPDIR");

/// What cargo says where it refuses.
#[track_caller]
fn refusal(directory: &Path, arguments: &[&str]) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TARGET_DIR", Path::new(LEFT_BEHIND).join(".."))
        .current_dir(directory)
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "cargo {arguments:?} succeeds:\n{text}");
    text
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not said:\n{text}");
    }
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("this package lies in the workspace")
}

/// Without unwinding a panic frees no lock, and answers nobody. The flag is what cargo makes of such a profile; given
/// to one crate it costs no other crate's build.
#[test]
fn panics_that_abort_are_refused() {
    let arguments = ["rustc", "--offline", "--quiet", "--package=bessemer", "--lib"];
    let text = refusal(&root(), &[&arguments[..], &["--", "-Cpanic=abort"]].concat());
    says(
        &text,
        &[
            "error: bessemer needs `panic = \"unwind\"`",
            "remove `panic = \"abort\"` from the profile",
            "error: could not compile `bessemer`",
        ],
    );
    let errors = text.lines().filter(|line| line.starts_with("error")).count();
    assert_eq!(errors, 2, "{text}");
}

/// A manifest of which the rest is given.
fn manifest(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"99.9.9\"\nedition = \"2024\"\n{rest}\n")
}

/// Two frameworks would be two registries, of which a server reads one.
#[test]
fn two_versions_of_the_framework_are_refused_and_both_are_named() {
    let directory = Path::new(LEFT_BEHIND).join("two-frameworks");
    let write = |file: &str, text: &str| {
        let path = directory.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let framework = root().join("framework");
    write(
        "Cargo.toml",
        &manifest(
            "racks",
            &format!("[workspace]\n[dependencies]\nbessemer.path = {framework:?}\nold-driver.path = \"old-driver\""),
        ),
    );
    write("src/main.rs", "fn main() {}");
    write(
        "old-driver/Cargo.toml",
        &manifest("old-driver", "[dependencies]\nbessemer.path = \"../old-framework\""),
    );
    write("old-driver/src/lib.rs", "");
    write(
        "old-framework/Cargo.toml",
        &manifest("bessemer", "links = \"bessemer\"\nbuild = \"build.rs\""),
    );
    write("old-framework/build.rs", "fn main() {}");
    write("old-framework/src/lib.rs", "");
    fs::copy(root().join("Cargo.lock"), directory.join("Cargo.lock")).unwrap();

    let text = refusal(&directory, &["metadata", "--offline", "--format-version=1"]);
    says(
        &text,
        &[
            "failed to select a version for `bessemer`",
            "links to the native library `bessemer`",
            env!("CARGO_PKG_VERSION"),
            "bessemer v99.9.9 (",
        ],
    );
}
