//! The configuration as the binary reads it: every fault of a file at once, and which source wins.

use std::fs;
use std::net::TcpListener;

use bessemer_tests::{Binary, Server, Stopped};

/// Seven faults, each with where it is and what is said of it.
const FAULTS: [(&str, &str, &[&str]); 7] = [
    (
        "enabled_driver = [\"fake\"]",
        "1:1",
        &["unknown", "enabled_driver", "did you mean \"enabled_drivers\"?"],
    ),
    (
        "[api]\nport = 70000",
        "3:8",
        &[
            "api.port must be an integer from 0 to 65535, not 70000",
            "at most 65535",
        ],
    ),
    (
        "max_limit = \"many\"",
        "4:13",
        &["api.max_limit must be an integer from 1 to 1000000, not \"many\""],
    ),
    (
        "[conductor]\nlock_wait = \"3 parsecs\"",
        "6:13",
        &["conductor.lock_wait must be a duration"],
    ),
    (
        "sync_timeout = 700",
        "7:16",
        &["conductor.sync_timeout 700s is larger than conductor.sync_timeout_max"],
    ),
    (
        "[log]\nlevel = \"inof\"",
        "9:9",
        &["log.level must be one of", "did you mean \"info\"?"],
    ),
    ("[healthchek]\nenabled = true", "10:2", &["healthchek", "did you mean"]),
];

fn faulty() -> String {
    FAULTS.map(|(text, ..)| format!("{text}\n")).concat()
}

#[track_caller]
fn tells_all(stopped: &Stopped) {
    let told = &stopped.stderr;
    assert_eq!((stopped.code, &*stopped.stdout), (Some(78), ""), "{told}");
    let faults: Vec<&str> = told.split("error: ").skip(1).collect();
    assert_eq!(faults.len(), FAULTS.len(), "{told}");
    for (_, place, parts) in FAULTS {
        let fault = faults
            .iter()
            .find(|fault| fault.contains(&format!("config.toml:{place}\n")));
        let fault = fault.unwrap_or_else(|| panic!("no fault at {place} in\n{told}"));
        for part in parts {
            assert!(fault.contains(part), "no `{part}` in\n{fault}");
        }
        assert!(fault.contains('^'), "no caret in\n{fault}");
    }
}

#[test]
fn seven_faults_are_told_at_once_and_nothing_listens() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("some port is free");
    let port = listener.local_addr().expect("a listener has an address").port();
    // Still taken: a server that got as far as to listen would say so, and end with another code.
    tells_all(&Server::builder().config(faulty()).port(port).run_to_end());
    drop(listener);
    let check = Server::builder().config(faulty()).arg("config").arg("check");
    tells_all(&check.run_to_end());
}

#[tokio::test]
async fn the_last_source_wins() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let conf_d = directory.path().join("conf.d");
    fs::create_dir(&conf_d).expect("a directory can be made");
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).expect("a file can be written");
    write(
        "config.toml",
        "host = \"file\"\n[api]\nmax_limit = 11\n[conductor]\nlock_waiters_max = 1\n",
    );
    write("conf.d/10-a.toml", "host = \"ten\"\n[api]\nmax_limit = 12\n");
    write("conf.d/20-b.toml", "[api]\nmax_limit = 13\n");
    let config = directory.path().join("config.toml");
    let server = Server::builder()
        .binary(Binary::Stock)
        .arg("--config")
        .arg(config.to_str().expect("temporary paths are text"))
        .env("BESSEMER_API__MAX_LIMIT", "14")
        .arg("--set")
        .arg("conductor.lock_waiters_max=2");
    let shown = server.arg("config").arg("show").arg("--origin").run_to_end();
    assert_eq!(shown.code, Some(0), "{shown:?}");
    for (line, origin) in [
        ("host = \"ten\"", "10-a.toml:1:8"),
        ("max_limit = 14", "environment BESSEMER_API__MAX_LIMIT"),
        ("lock_waiters_max = 2", "--set"),
        ("max_json_body_depth = 25", "default"),
    ] {
        let found = shown
            .stdout
            .lines()
            .find(|shown| shown.starts_with(&format!("{line} ")));
        let found = found.unwrap_or_else(|| panic!("no `{line}` in\n{}", shown.stdout));
        assert!(found.ends_with(origin), "{found}");
    }
}
