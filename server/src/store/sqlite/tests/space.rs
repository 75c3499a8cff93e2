//! A disk that is full, and that has space again. On a file system of a few megabytes that only the test sees.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Options, SqliteStore, child, options, refusal};
use crate::store::testing::{end, list, node, task};
use crate::store::{NodeChange, NodeRow, Refusal, Store, StoreError, TaskState};

const RESERVE: u64 = 1 << 20;

fn open(path: &Path) -> SqliteStore {
    let options = Options {
        reserve_bytes: RESERVE,
        ..options()
    };
    SqliteStore::open(path, &options).unwrap()
}

fn fill(directory: &Path) -> PathBuf {
    let path = directory.join("ballast");
    let mut file = File::create(&path).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    path
}

fn shorten(ballast: &Path, bytes: u64) {
    let file = File::options().write(true).open(ballast).unwrap();
    file.set_len(file.metadata().unwrap().len() - bytes).unwrap();
}

async fn create_until_full(store: &SqliteStore) -> Vec<NodeRow> {
    let mut created = Vec::new();
    loop {
        match store.node_create(node(None)).await {
            Ok(node) => created.push(node),
            Err(StoreError::Full { .. }) => return created,
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_full_disk_refuses_changes_but_not_the_ends_of_tasks() {
    let name = "space::a_full_disk_refuses_changes_but_not_the_ends_of_tasks";
    if !child::in_small_file_system(name, 12 << 20) {
        return;
    }
    let directory = child::task().unwrap();
    let (path, reserve) = (directory.join("db"), directory.join("db.reserve"));
    let store = open(&path);
    let mut expected = vec![store.node_create(node(None)).await.unwrap()];
    let row = task(Some(expected[0].id));
    store.task_start(row.clone()).await.unwrap();
    assert_eq!(fs::metadata(&reserve).unwrap().len(), RESERVE);

    let ballast = fill(&directory);
    expected.extend(create_until_full(&store).await);
    assert!(!reserve.exists());
    for result in [
        store.node_update(expected[0].clone()).await.map(drop),
        store.node_delete(expected[0].id).await,
        store.task_start(task(None)).await,
        store.health(Duration::from_secs(60)).await,
    ] {
        assert!(matches!(result, Err(StoreError::Full { .. })), "{result:?}");
    }
    let change = NodeChange::LastError(Some("fan".into()));
    let stamp = store
        .task_finish(row.uuid, end(TaskState::Failed, Some("fan")), change)
        .await
        .unwrap();
    assert_eq!(stamp.unwrap().revision, 2);
    let kept = list(&store).await.unwrap();
    assert_eq!(kept[0].last_error.as_deref(), Some("fan"));
    assert_eq!(kept[1..], expected[1..]);

    // Some space is not enough, if the next change could use it up again.
    shorten(&ballast, RESERVE);
    let error = store.node_create(node(None)).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert!(!reserve.exists());

    fs::remove_file(&ballast).unwrap();
    store.health(Duration::from_secs(60)).await.unwrap();
    assert_eq!(fs::metadata(&reserve).unwrap().len(), RESERVE);
    let created = store.node_create(node(None)).await.unwrap();
    store.close().await.unwrap();
    let reopened = list(&open(&path)).await.unwrap();
    assert_eq!(reopened[..kept.len()], kept);
    assert_eq!(reopened[kept.len()..], [created]);
}

#[tokio::test]
async fn a_store_on_a_full_disk_is_refused_or_starts_and_recovers() {
    let name = "space::a_store_on_a_full_disk_is_refused_or_starts_and_recovers";
    if !child::in_small_file_system(name, 8 << 20) {
        return;
    }
    let directory = child::task().unwrap();
    // Nothing there, and no space for it.
    let ballast = fill(&directory);
    let refusal = refusal(&directory.join("db"));
    assert!(matches!(&*refusal, Refusal::Full { .. }), "{refusal:?}");
    // Space for the database, none for the reserve.
    shorten(&ballast, 512 << 10);
    let store = open(&directory.join("db"));
    let error = store.node_create(node(None)).await.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    store
        .tasks_interrupt("here".into(), crate::store::testing::now())
        .await
        .unwrap();
    fs::remove_file(&ballast).unwrap();
    store.node_create(node(None)).await.unwrap();
}
