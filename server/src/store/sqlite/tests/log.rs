//! The write-ahead log: it is copied into the file from time to time, as far as readers let it.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::task::JoinSet;

use super::child::{self, Running};
use super::{Options, SqliteStore, options};
use crate::store::Store;

/// More changes than are logged before the log is copied.
async fn change_much(store: &Arc<SqliteStore>) {
    let mut changes = JoinSet::new();
    for _ in 0..1500 {
        let store = Arc::clone(store);
        changes.spawn(async move { store.health(Duration::from_secs(60)).await.unwrap() });
    }
    changes.join_all().await;
    // Behind the last of them, so what the writer did about the log is done.
    store.health(Duration::from_secs(60)).await.unwrap();
}

#[tokio::test]
async fn a_log_that_a_reader_keeps_long_is_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let options = Options {
        log_pages_max: 0,
        ..options()
    };
    let store = Arc::new(SqliteStore::open(&path, &options).unwrap());
    change_much(&store).await;
    assert!(!store.shared.is_log_long());
    let reader = Connection::open(&path).unwrap();
    reader.execute_batch("BEGIN; SELECT beats FROM pulse").unwrap();
    change_much(&store).await;
    assert!(store.shared.is_log_long());
    reader.execute_batch("ROLLBACK").unwrap();
    change_much(&store).await;
    assert!(!store.shared.is_log_long());
}

#[tokio::test]
async fn a_log_does_not_grow_from_crash_to_crash() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let log = directory.path().join("db-wal");
    let mut bytes = Vec::new();
    for _ in 0..6 {
        let mut child = Running::start("log::child_changes_little", directory.path());
        assert_eq!(child.line(), "changed");
        child.kill();
        bytes.push(fs::metadata(&log).unwrap().len());
    }
    assert!(bytes[5] < bytes[1] * 2, "{bytes:?}");
    drop(super::open(&path));
}

/// Less than what is logged before the log is copied.
#[tokio::test]
async fn child_changes_little() {
    let Some(directory) = child::task() else { return };
    let store = super::open(&directory.join("db"));
    for _ in 0..50 {
        store.health(Duration::from_secs(60)).await.unwrap();
    }
    child::tell(format_args!("changed"));
    // Until the parent kills this.
    let _ = std::io::read_to_string(std::io::stdin());
}
