//! Copies of the whole database.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use super::super::fault::{Fault, to_refusal};
use super::super::whole;
use super::{SqliteStore, open, options};
use crate::store::testing::{list, node};
use crate::store::{Refusal, Store, StoreError};

#[tokio::test]
async fn a_backup_is_whole_and_overwrites_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let backup = directory.path().join("backup");
    let store = open(&directory.path().join("db"));
    let kept = store.node_create(node(Some("n-1"))).await.unwrap();
    store.backup_to(backup.clone()).await.unwrap();
    let second = directory.path().join("second");
    SqliteStore::backup_file(&directory.path().join("db"), &second).unwrap();
    assert!(fs::read(&second).unwrap() == fs::read(&backup).unwrap());
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    store.node_delete(kept.id).await.unwrap();
    let error = store.backup_to(backup.clone()).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Refused(refusal) if matches!(**refusal, Refusal::Exists { .. })),
        "{error:?}"
    );
    let error = store
        .backup_to(directory.path().join("missing/backup"))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
    // None of that is the store's own fault.
    store.node_create(node(None)).await.unwrap();
    assert_eq!(SqliteStore::check_file(&backup).unwrap(), Vec::<String>::new());
    let restored = SqliteStore::open(&backup, &options()).unwrap();
    assert_eq!(list(&restored).await.unwrap(), [kept]);
}

#[tokio::test]
async fn what_cannot_be_read_is_not_backed_up_as_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let store = open(&path);
    store.node_create(node(None)).await.unwrap();
    store.close().await.unwrap();
    let outsider = Connection::open(&path).unwrap();
    outsider
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE pulse SET beats = 7")
        .unwrap();
    let backup = directory.path().join("backup");
    let error = whole::backup(&path, &backup, Duration::from_millis(20)).unwrap_err();
    let refusal = match error {
        Fault::Sql(error) => Arc::new(to_refusal(error, &path, Duration::ZERO)),
        Fault::Answer(StoreError::Refused(refusal)) => refusal,
        Fault::Answer(error) => panic!("{error:?}"),
    };
    assert!(matches!(*refusal, Refusal::Busy { .. }), "{refusal:?}");
    assert!(!backup.exists());
}
