//! The binaries that suites start. Cargo builds test executables, not the binaries they run, so the first use
//! builds them, with the same profile and into the same target directory; that is quick where they are fresh.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// A server binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `bessemer`, the stock server.
    Stock,
    /// An example of the tests' own package, by its name: a server with drivers that only tests have.
    Fixture(&'static str),
    /// One that is built already, by its path.
    At(&'static str),
}

/// Where a binary lies, built.
///
/// # Panics
/// If it does not build.
pub fn path_of(binary: Binary) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let directory = || BUILT.get_or_init(build);
    match binary {
        Binary::Stock => directory().join("bessemer"),
        Binary::Fixture(name) => directory().join("examples").join(name),
        Binary::At(path) => path.into(),
    }
}

/// Builds all of them, and returns the directory of the profile.
fn build() -> PathBuf {
    // target/<profile>/deps/<suite>-<hash>
    let suite = std::env::current_exe().expect("a running test has a path");
    let directory = suite
        .ancestors()
        .nth(2)
        .expect("a suite lies in the deps directory")
        .to_path_buf();
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let status = Command::new(cargo)
        // All members at once: with the features of one member alone everything would be built twice.
        .args(["build", "--workspace", "--bins", "--examples", "--profile", profile])
        .arg("--target-dir")
        .arg(
            directory
                .parent()
                .expect("a profile's directory lies in the target directory"),
        )
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the binaries under test do not build");
    directory
}
