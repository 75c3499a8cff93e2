//! What may happen to the disk below the database: it is full and has space again, or is read-only. Nothing is answered
//! that is not kept.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bessemer_tests::{Binary, Probe, Server, mounted, skipped};
use serde_json::{Value, json};

use crate::store::{at, count, database, is_refused, left_by_a_server};
use crate::until::until;

/// A file system of so many megabytes where only the server sees it; `None` if this machine does not let us.
fn small(test: &str, megabytes: u32, directory: &Path) -> Option<Vec<String>> {
    let command = mounted(&format!(
        "mount -t tmpfs -o size={megabytes}M none '{}'",
        directory.display()
    ));
    let works = std::process::Command::new(&command[0])
        .args(&command[1..])
        .arg("true")
        .output();
    if works.is_ok_and(|output| output.status.success()) {
        return Some(command);
    }
    skipped(test, "as this machine lets nobody mount a file system");
    None
}

/// A path as a server sees it that has mounts of its own.
fn seen(server: &Server, path: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root", server.pid())).join(path.strip_prefix("/").unwrap())
}

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_keeps_what_runs_and_recovers_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let test = "a_full_disk_refuses_what_is_new_keeps_what_runs_and_recovers_by_itself";
    let Some(command) = small(test, 32, directory.path()) else {
        return;
    };
    let state = directory.path().join("state");
    let server = at(&state).binary(Binary::Fixture("probe")).under(command).start().await;
    let probe = Probe { server };
    for name in ["n", "idle"] {
        let node = json!({ "driver": "probe", "name": name });
        assert_eq!(probe.post("/v1/nodes", &node).await.status, 201);
    }
    let running = probe.call("hold_async", &json!({ "gate": "a", "note": "ended" })).await;
    assert_eq!(running.status, 202, "{running:?}");
    probe.entered("a", 1).await;

    let ballast = seen(&probe.server, &directory.path().join("ballast"));
    let mut file = File::create(&ballast).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    let mut created = 2;
    let full = loop {
        let node = json!({ "driver": "probe", "extra": { "text": "x".repeat(4000) } });
        match probe.post("/v1/nodes", &node).await {
            answer if answer.status == 201 => created += 1,
            answer => break answer,
        }
    };
    assert!(!seen(&probe.server, &state).join("bessemer.sqlite.reserve").exists());
    let other = json!({ "driver": "probe", "name": "other" });
    let maintenance = json!({ "reason": "full" });
    for answer in [
        full,
        probe.post("/v1/nodes", &other).await,
        probe.delete("/v1/nodes/idle").await,
        probe
            .post("/v1/nodes/idle/vendor_passthru/hold_async", &json!({ "gate": "b" }))
            .await,
    ] {
        assert_eq!(answer.status, 507, "{answer:?}");
        let text = answer.faultstring();
        let path = database(&state);
        assert!(
            text.contains(&format!("no space is left for {}", path.display())),
            "{text}"
        );
        assert!(text.contains("nothing is stored until space is freed"), "{text}");
    }
    assert_eq!(count(&probe).await, created);
    assert_eq!(probe.at_gate("b").await, 0);
    // What runs comes to its end: the reserve was kept for that.
    probe.open("a").await;
    until("the task ends", async || {
        (probe.node("reservation").await == Value::Null).then_some(())
    })
    .await;
    assert_eq!(probe.node("extra").await, json!({ "note": "ended" }));
    assert_eq!(probe.put("/v1/nodes/n/maintenance", &maintenance).await.status, 507);
    assert_eq!(probe.node("maintenance").await, json!(false));

    fs::remove_file(&ballast).unwrap();
    drop(file);
    // It looks every few seconds.
    let freed = until("changes are accepted", async || {
        let answer = probe.put("/v1/nodes/n/maintenance", &maintenance).await;
        (answer.status != 507).then_some(answer)
    });
    let freed = freed.await;
    assert_eq!(freed.status, 202, "{freed:?}");
    assert!(seen(&probe.server, &state).join("bessemer.sqlite.reserve").exists());
    probe.server.logged("there is space again");
    assert_eq!(count(&probe).await, created);

    // What was said is what is there.
    let copy = tempfile::tempdir().unwrap();
    for file in ["bessemer.sqlite", "bessemer.sqlite-wal"] {
        fs::copy(seen(&probe.server, &state).join(file), copy.path().join(file)).unwrap();
    }
    drop(probe);
    let server = at(copy.path()).binary(Binary::Fixture("probe")).start().await;
    assert_eq!(count(&server).await, created);
    let node = server.get("/v1/nodes/n").await.json();
    assert_eq!(
        (&node["extra"]["note"], &node["maintenance_reason"]),
        (&json!("ended"), &json!("full"))
    );
    assert_eq!(node["last_error"], Value::Null);
}

#[tokio::test]
async fn a_read_only_disk_is_refused() {
    let left = left_by_a_server(1).await;
    let directory = tempfile::tempdir().unwrap();
    if small("a_read_only_disk_is_refused", 32, directory.path()).is_none() {
        return;
    }
    let (from, to) = (left.path().display(), directory.path().display());
    let script = format!("mount -t tmpfs none '{to}'; cp -r '{from}/.' '{to}'; mount -o remount,ro '{to}'");
    let stopped = at(directory.path()).under(mounted(&script)).run_to_end();
    let path = format!("{to}/bessemer.sqlite");
    is_refused(
        &stopped,
        &[&path, "cannot be written", "or give another state directory"],
    );
}
