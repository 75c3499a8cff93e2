//! The unit that systemd runs the server from: what the server relies on in it, and how much it shuts away.

use std::process::{Command, Output};

use bessemer_tests::{Binary, path_of};

use crate::tree::file;

const UNIT: &str = "dist/bessemer.service";

/// From 0, nothing is left to do, to 10, anything may be done; times ten.
const EXPOSURE_MAX: u8 = 20;

#[test]
fn the_unit_is_as_the_server_expects() {
    let unit = file(UNIT);
    for line in [
        // server/src/notify.rs
        "Type=notify",
        "WatchdogSec=30",
        // server/src/cli.rs
        "RestartPreventExitStatus=2 78",
        "Restart=on-failure",
        // server/src/config/resolve.rs
        "StateDirectory=bessemer",
        "DynamicUser=yes",
    ] {
        assert!(unit.lines().any(|(_, it)| it == line), "{UNIT} has no line `{line}`");
    }
}

#[test]
fn the_unit_is_sound_and_shuts_away_what_the_server_does_not_need() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let path = directory.path().join("bessemer.service");
    let binary = path_of(Binary::Stock);
    let binary = binary.to_str().expect("our paths are text");
    // What is verified is that there is such a program, among the rest.
    let text = file(UNIT).text.replace("/usr/local/bin/bessemer", binary);
    assert!(text.contains(binary), "{UNIT} runs another program");
    std::fs::write(&path, text).expect("a temporary file can be written");
    let analyze = |arguments: &[&str]| -> Option<Output> {
        let mut command = Command::new("systemd-analyze");
        command.args(arguments).arg("--no-pager").arg(&path).output().ok()
    };
    let Some(verified) = analyze(&["verify", "--man=no"]) else {
        // This machine cannot tell.
        return;
    };
    let told = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && told.is_empty(), "{told}");
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let exposed = analyze(&["security", "--offline=true", &threshold]).expect("the tool was just run");
    assert!(
        exposed.status.success(),
        "{UNIT} leaves the server more than it needs:\n{}{}",
        String::from_utf8_lossy(&exposed.stdout),
        String::from_utf8_lossy(&exposed.stderr)
    );
}
