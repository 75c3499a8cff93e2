//! What may happen to the database of a real server: damage, a newer version's schema, other programs that lock it or
//! read it for long. The text names the file and the way out. What may happen to its disk is in `store_disk.rs`.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use bessemer_tests::{Answer, Client, Server, ServerBuilder, Stopped};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(super) fn database(state: &Path) -> PathBuf {
    state.join("bessemer.sqlite")
}

pub(super) fn at(state: &Path) -> ServerBuilder {
    Server::builder().config("").state(state)
}

/// A state directory with nodes in it, whose server has stopped.
pub(super) async fn left_by_a_server(nodes: u32) -> TempDir {
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

pub(super) async fn count(client: &Client) -> usize {
    client.get("/v1/nodes").await.json()["nodes"].as_array().unwrap().len()
}

/// Refused as the machine's fault, with all of this said.
#[track_caller]
pub(super) fn is_refused(stopped: &Stopped, parts: &[&str]) {
    assert_eq!((stopped.code, &*stopped.stdout), (Some(1), ""), "{stopped:#?}");
    for part in parts {
        assert!(stopped.stderr.contains(part), "no `{part}` in\n{}", stopped.stderr);
    }
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
