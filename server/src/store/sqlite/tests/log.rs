//! The write-ahead log: it is copied into the file from time to time, as far as readers let it.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::task::JoinSet;

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
