//! Builds with cargo, all in one folder of the target directory. Flags go to the last step only, so that all linkers
//! are given the same crates and these are built once a profile.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::cells::Verdict;

/// What to build.
pub(crate) struct Build<'a> {
    /// Cargo's words for it.
    pub(crate) target: &'a [&'a str],
    pub(crate) profile: &'a str,
    /// For the compiler, in the last step.
    pub(crate) flags: &'a [&'a str],
}

/// Builds a binary and returns its path. An error is what cargo says.
pub(crate) fn built(build: &Build<'_>) -> Result<PathBuf, String> {
    let output = run(build)?;
    if !output.status.success() {
        return Err(format!(
            "{}\n{}",
            build.command(),
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let folder = if build.profile == "dev" { "debug" } else { build.profile };
    let binary = build.target.last().ok_or("no binary is named")?;
    Ok(target().join(folder).join(binary))
}

/// Builds what must not build: the errors must say all of this.
pub(crate) fn refused(build: &Build<'_>, parts: &[&str]) -> Verdict {
    let output = run(build)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Err(format!("it builds: {}", build.command()));
    }
    match parts.iter().find(|part| !said.contains(**part)) {
        Some(part) => Err(format!("no `{part}` in what {} says:\n{said}", build.command())),
        None => Ok(format!("refused with `{}`", parts.join("`, `"))),
    }
}

impl Build<'_> {
    fn command(&self) -> String {
        let (target, flags) = (self.target.join(" "), self.flags.join(" "));
        format!("cargo rustc {target} --profile {} -- {flags}", self.profile)
    }
}

fn run(build: &Build<'_>) -> Result<Output, String> {
    Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--color", "never"])
        .args(build.target)
        .args(["--profile", build.profile])
        .arg("--target-dir")
        .arg(target())
        .arg("--")
        .args(build.flags)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // Whoever builds everything with flags of their own would build other crates here for each.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        // There is no LTO of what is compiled incrementally.
        .env("CARGO_INCREMENTAL", "0")
        .output()
        .map_err(|error| format!("cargo does not start: {error}"))
}

/// `target/linkers`, where this test lies in `target/<profile>/deps`.
fn target() -> PathBuf {
    let this = std::env::current_exe().unwrap_or_default();
    this.ancestors().nth(3).unwrap_or(Path::new("target")).join("linkers")
}
