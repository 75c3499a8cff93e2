//! What may happen to the database of a real server: a disk that is full and has space again, damage, a newer
//! version's schema, other programs that lock it or read it for long. Nothing is answered that is not kept, and the
//! text names the file and the way out.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bessemer_tests::{Answer, Binary, Client, Probe, Server, ServerBuilder, Stopped, mounted, skipped};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

fn database(state: &Path) -> PathBuf {
    state.join("bessemer.sqlite")
}

fn at(state: &Path) -> ServerBuilder {
    Server::builder().config("").state(state)
}

/// A state directory with nodes in it, whose server has stopped.
async fn left_by_a_server(nodes: u32) -> TempDir {
    let state = tempfile::tempdir().unwrap();
    let server = at(state.path()).start().await;
    for number in 0..nodes {
        assert_eq!(create(&server, &format!("n-{number}")).await.status, 201);
    }
    assert_eq!(server.stop().code, Some(0));
    state
}

async fn create(client: &Client, name: &str) -> Answer {
    let node = json!({ "driver": "fake", "name": name, "extra": { "text": "x".repeat(200) } });
    client.post("/v1/nodes", &node).await
}

async fn set(client: &Client, node: &str, value: u32) -> Answer {
    let patch = json!([{ "op": "add", "path": "/extra/value", "value": value }]);
    client.patch(&format!("/v1/nodes/{node}"), &patch).await
}

async fn value(client: &Client, node: &str) -> Value {
    client.get(&format!("/v1/nodes/{node}")).await.json()["extra"]["value"].clone()
}

async fn count(client: &Client) -> usize {
    client.get("/v1/nodes").await.json()["nodes"].as_array().unwrap().len()
}

/// Refused as the machine's fault, with all of this said.
#[track_caller]
fn is_refused(stopped: &Stopped, parts: &[&str]) {
    assert_eq!((stopped.code, &*stopped.stdout), (Some(1), ""), "{stopped:#?}");
    for part in parts {
        assert!(stopped.stderr.contains(part), "no `{part}` in\n{}", stopped.stderr);
    }
}

// --- The disk ----------------------------------------------------------------------------------------------------

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
    while probe.node("reservation").await != Value::Null {}
    assert_eq!(probe.node("extra").await, json!({ "note": "ended" }));
    assert_eq!(probe.put("/v1/nodes/n/maintenance", &maintenance).await.status, 507);
    assert_eq!(probe.node("maintenance").await, json!(false));

    fs::remove_file(&ballast).unwrap();
    drop(file);
    // It looks every few seconds.
    let began = Instant::now();
    let freed = loop {
        let answer = probe.put("/v1/nodes/n/maintenance", &maintenance).await;
        if answer.status != 507 || began.elapsed() > Duration::from_secs(60) {
            break answer;
        }
    };
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

// --- What is in the file -----------------------------------------------------------------------------------------

#[tokio::test]
async fn a_damaged_database_is_refused_and_the_way_out_leads_out() {
    let state = left_by_a_server(100).await;
    let path = database(state.path());
    let backup = state.path().join("backup");
    fs::copy(&path, &backup).unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    assert!(file.metadata().unwrap().len() > 16 * 4096);
    file.write_all_at(&[0xA5; 4 * 4096], 8 * 4096).unwrap();
    let damaged = fs::read(&path).unwrap();
    let stopped = at(state.path()).run_to_end();
    let shown = path.display();
    is_refused(
        &stopped,
        &[
            &format!("{shown} is damaged: "),
            &format!(
                "move {shown} and the files {shown}-wal and {shown}-shm away, copy a backup to {shown}, start again"
            ),
            "`bessemer db check` lists all the damage",
        ],
    );
    assert!(fs::read(&path).unwrap() == damaged, "it was changed");

    fs::rename(&path, state.path().join("away")).unwrap();
    fs::copy(&backup, &path).unwrap();
    let server = at(state.path()).start().await;
    assert_eq!(count(&server).await, 100);
}

#[tokio::test]
async fn what_is_not_this_programs_to_change_is_refused_and_left_alone() {
    let applied = "INSERT INTO schema_migrations VALUES (99, 'later', '0', '9.9.9', '')";
    let changed = "UPDATE schema_migrations SET checksum = 'x'";
    let foreign = "PRAGMA application_id = 1";
    for (sql, parts) in [
        (
            applied,
            &[
                "has schema 99 (written by bessemer 9.9.9)",
                "restore a backup from before the upgrade",
            ][..],
        ),
        (
            changed,
            &["migration 1 (nodes_and_tasks) is not the one this program has"],
        ),
        (foreign, &["is a database of another program"]),
    ] {
        let state = left_by_a_server(1).await;
        let path = database(state.path());
        let outsider = Connection::open(&path).unwrap();
        outsider.execute_batch(sql).unwrap();
        outsider.close().unwrap();
        let before = fs::read(&path).unwrap();
        let stopped = at(state.path()).run_to_end();
        is_refused(&stopped, &[path.to_str().unwrap()]);
        is_refused(&stopped, parts);
        assert!(fs::read(&path).unwrap() == before, "{sql}: it was changed");
    }
    let state = tempfile::tempdir().unwrap();
    fs::write(database(state.path()), "a shopping list, and quite a long one at that").unwrap();
    let stopped = at(state.path()).run_to_end();
    is_refused(&stopped, &["bessemer.sqlite is not a database; move it away"]);
}

// --- Other programs ----------------------------------------------------------------------------------------------

#[tokio::test]
async fn an_outsider_with_the_file_locked_is_told_of() {
    let state = left_by_a_server(1).await;
    let outsider = Connection::open(database(state.path())).unwrap();
    outsider.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let stopped = at(state.path()).run_to_end();
    let program = "another program writes to it, perhaps an sqlite3 shell in an open transaction";
    is_refused(&stopped, &["was locked for more than 5s", program]);
    outsider.execute_batch("ROLLBACK").unwrap();

    let server = at(state.path()).start().await;
    outsider.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (refused, read) = tokio::join!(set(&server, "n-0", 1), server.get("/v1/nodes/n-0"));
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (503, "1"),
        "{refused:?}"
    );
    assert!(refused.faultstring().contains(program), "{refused:?}");
    assert_eq!(read.status, 200);
    outsider.execute_batch("ROLLBACK").unwrap();
    assert_eq!(set(&server, "n-0", 2).await.status, 200);
    assert_eq!(value(&server, "n-0").await, json!(2));
}

#[tokio::test]
async fn a_second_server_is_refused_by_whatever_way_it_comes() {
    let state = tempfile::tempdir().unwrap();
    let first = at(state.path()).start().await;
    let link = state.path().join("link");
    std::os::unix::fs::symlink(database(state.path()), &link).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for path in [database(state.path()), link] {
        let connection = format!("database.connection=sqlite://{}", path.display());
        let second = at(elsewhere.path()).arg("--set").arg(connection).run_to_end();
        is_refused(
            &second,
            &[
                &format!("in use by process {}", first.pid()),
                "two servers must not share it",
            ],
        );
    }
    assert_eq!(create(&first, "n").await.status, 201);
}

/// As long as somebody reads, what was written meanwhile stays in the log; then the log is used from its beginning.
#[tokio::test]
async fn a_long_reader_stops_nobody_and_the_log_comes_back() {
    let state = left_by_a_server(1).await;
    let server = at(state.path()).start().await;
    let reader = Connection::open(database(state.path())).unwrap();
    let read = || -> String {
        let read = reader.query_row("SELECT extra FROM nodes WHERE name = 'n-0'", [], |row| row.get(0));
        read.unwrap()
    };
    reader.execute_batch("BEGIN").unwrap();
    let before = read();
    let log = || fs::metadata(state.path().join("bessemer.sqlite-wal")).unwrap().len();
    let mut turn = 0;
    // Three times what is logged before the log is copied.
    while turn < 3000 {
        turn += 1;
        assert_eq!(set(&server, "n-0", turn).await.status, 200);
    }
    assert_eq!(read(), before);
    let grown = log();
    assert!(grown > 3000 * 4096, "the log of 3000 changes has {grown} bytes");
    reader.execute_batch("COMMIT").unwrap();
    while turn < 6000 {
        turn += 1;
        assert_eq!(set(&server, "n-0", turn).await.status, 200);
    }
    assert!(
        log() < grown * 3 / 2,
        "the log has grown on, from {grown} bytes to {}",
        log()
    );
    assert_eq!(value(&server, "n-0").await, json!(6000));
    drop(reader);
    assert_eq!(server.stop().code, Some(0));
    assert!(!state.path().join("bessemer.sqlite-wal").exists());
}
