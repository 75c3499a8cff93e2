//! The document is sound, whatever the drivers, and a server answers as it says; `check.py` looks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bessemer_tests::{Binary, Server, path_of};

/// Runs `check.py` on what the binary prints; it must find nothing.
#[track_caller]
fn check(binary: Binary, url: Option<&str>) {
    let directory = tempfile::tempdir().unwrap();
    let document = directory.path().join("openapi.json");
    let printed = Command::new(path_of(binary))
        .args(["openapi", "--config", "/dev/null"])
        .env_clear()
        .output()
        .expect("the binary under test starts");
    assert!(printed.status.success(), "{printed:?}");
    fs::write(&document, &printed.stdout).unwrap();
    check_file(&document, url).unwrap_or_else(|told| panic!("{binary:?}: {told}"));
}

/// What it finds is the error.
fn check_file(document: &Path, url: Option<&str>) -> Result<(), String> {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(tests.join(".tools/venv/bin/python"))
        .arg(tests.join("openapi/check.py"))
        .arg(document)
        .args(url)
        .env_clear()
        .output()
        .expect("`tests/run --only tools` installs it");
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn every_binary_describes_itself_in_sound_openapi() {
    for fixture in ["journal", "leaving", "ledger", "moody", "probe", "quick", "settings"] {
        check(Binary::Fixture(fixture), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_answers_as_the_document_says() {
    // Methods that run in the background keep the node for a while.
    let args = ["--set", "conductor.lock_wait=60s"];
    let server = args.into_iter().fold(Server::builder(), |server, arg| server.arg(arg));
    let server = server.start().await;
    check(Binary::Stock, Some(server.base()));
}

/// The check itself can fail.
#[test]
fn what_is_unsound_is_found() {
    let golden = include_str!("../e2e/openapi.json");
    let directory = tempfile::tempdir().unwrap();
    for (was, is, told) in [
        ("\"openapi\": \"3.1.1\"", "\"openapi\": 3", "is not of type 'string'"),
        (
            "\"type\": \"boolean\"",
            "\"type\": \"bool\"",
            "is not valid under any of the given schemas",
        ),
        ("\"default\": 1024", "\"default\": \"1024\"", "is not of type 'integer'"),
        (
            "\"maximum\": 600",
            "\"maximum\": 0",
            "1 is greater than the maximum of 0",
        ),
        ("schemas/Seconds\"", "schemas/Second\"", "Second"),
    ] {
        assert!(golden.contains(was), "{was}");
        let document = directory.path().join("openapi.json");
        fs::write(&document, golden.replace(was, is)).unwrap();
        // Which quotes there are depends on what else is installed beside the validator.
        let found = check_file(&document, None).expect_err(was).replace('"', "'");
        assert!(found.contains(told), "{was}: {found}");
    }
}
