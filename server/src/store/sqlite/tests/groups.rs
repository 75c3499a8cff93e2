//! Many changes, one commit: and what a failure of that one commit means to each.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Waker};

use rusqlite::ffi;

use super::super::fault::{Fault, sqlite_failure};
use super::super::writer::Weight;
use super::{SqliteStore, open};
use crate::store::testing::{end, list, node, task};
use crate::store::{Answer, NodeChange, NodeRow, Store, StoreError, TaskState};

/// Keeps the writer from its work until told.
struct Hold {
    release: Sender<()>,
    held: Receiver<()>,
}

impl Hold {
    fn put(store: &Arc<SqliteStore>) -> (Self, tokio::task::JoinHandle<Result<(), StoreError>>) {
        let (release, released) = channel();
        let (holds, held) = channel();
        let store = Arc::clone(store);
        let job = tokio::spawn(async move {
            let work = move |_: &rusqlite::Connection| {
                holds.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            };
            store.change(Weight::Ordinary, work).await
        });
        (Self { release, held }, job)
    }
}

/// Has it queued, and no more.
fn queue<T>(answer: &mut Answer<'_, T>) {
    let polled = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
}

async fn nodes(store: &SqliteStore, count: usize) -> Vec<NodeRow> {
    let mut nodes = Vec::new();
    for number in 0..count {
        nodes.push(store.node_create(node(Some(&format!("n-{number}")))).await.unwrap());
    }
    nodes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn changes_that_wait_together_share_one_commit() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&directory.path().join("db")));
    let nodes = nodes(&store, 64).await;
    let before = store.commits();
    let (hold, holding) = Hold::put(&store);
    hold.held.recv().unwrap();
    let mut answers: Vec<_> = nodes.iter().map(|node| store.node_update(node.clone())).collect();
    answers.iter_mut().for_each(queue);
    hold.release.send(()).unwrap();
    for answer in answers {
        assert_eq!(answer.await.unwrap().revision, 2);
    }
    holding.await.unwrap().unwrap();
    // One for what held the writer, one for the rest.
    assert_eq!(store.commits() - before, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn changes_to_one_node_in_one_group_see_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&directory.path().join("db")));
    let first = nodes(&store, 1).await.remove(0);
    let (hold, holding) = Hold::put(&store);
    hold.held.recv().unwrap();
    let second = NodeRow {
        revision: 2,
        ..first.clone()
    };
    let mut answers = [first.clone(), first, second].map(|node| store.node_update(node));
    answers.iter_mut().for_each(queue);
    hold.release.send(()).unwrap();
    let [won, lost, followed] = answers;
    assert_eq!(won.await.unwrap().revision, 2);
    assert!(matches!(lost.await, Err(StoreError::MovedRevision { found: 2, .. })));
    assert_eq!(followed.await.unwrap().revision, 3);
    holding.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_group_whose_sync_failed_is_answered_as_broken_and_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let store = Arc::new(open(&path));
    let kept = nodes(&store, 1).await;
    let (hold, holding) = Hold::put(&store);
    hold.held.recv().unwrap();
    let fails = |_: &rusqlite::Connection| Err::<(), _>(Fault::Sql(sqlite_failure(ffi::SQLITE_IOERR_FSYNC)));
    let mut lost = store.node_create(node(Some("lost")));
    let mut failing: Answer<'_, ()> = Box::pin(store.change(Weight::Ordinary, fails));
    queue(&mut lost);
    queue(&mut failing);
    hold.release.send(()).unwrap();
    for result in [lost.await.map(drop), failing.await] {
        assert!(matches!(result, Err(StoreError::Broken { .. })), "{result:?}");
    }
    holding.await.unwrap().unwrap();

    // From here on nothing is accepted, and whoever waits for the news has them.
    let error = store.broken().await;
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    for result in [
        store.node_create(node(None)).await.map(drop),
        list(&*store).await.map(drop),
        store.task_start(task(None)).await,
        store.check().await.map(drop),
        store.close().await,
    ] {
        assert!(matches!(result, Err(StoreError::Broken { .. })), "{result:?}");
    }
    // Methods may still be running here, so no other process may have the file before this one ends.
    assert!(matches!(&*super::refusal(&path), crate::store::Refusal::Held { .. }));
    drop(store);
    assert_eq!(list(&open(&path)).await.unwrap(), kept);
}

#[tokio::test]
async fn a_panic_of_the_writer_breaks_the_store_and_hangs_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("db"));
    let work = |_: &rusqlite::Connection| -> Result<(), Fault> { panic!("planted") };
    let error = store.change(Weight::Ordinary, work).await.unwrap_err();
    assert!(matches!(error, StoreError::Broken { .. }), "{error:?}");
    let error = store.node_create(node(None)).await.unwrap_err();
    assert!(matches!(error, StoreError::Broken { .. }), "{error:?}");
    store.broken().await;
}

#[tokio::test]
async fn a_commit_is_a_sync() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("db"));
    let settings = store.change(Weight::Ordinary, |connection| {
        let setting = |name| connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        Ok([
            setting("journal_mode")?,
            setting("synchronous")?,
            setting("foreign_keys")?,
        ])
    });
    // 2 is FULL: the log is synced with every commit.
    assert_eq!(settings.await.unwrap(), ["wal".to_owned().into(), 2.into(), 1.into()]);
}

#[tokio::test]
async fn what_was_asked_before_closing_is_done() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let store = Arc::new(open(&path));
    let mut asked = store.node_create(node(Some("n-1")));
    queue(&mut asked);
    store.close().await.unwrap();
    let kept = asked.await.unwrap();
    let again = open(&path);
    assert_eq!(list(&again).await.unwrap(), [kept]);
}

#[tokio::test]
async fn a_dropped_future_takes_nothing_back() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("db"));
    let row = task(None);
    store.task_start(row.clone()).await.unwrap();
    let mut answer = store.task_finish(row.uuid, end(TaskState::Succeeded, None), NodeChange::None);
    let _ = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(answer);
    // Behind it in the same queue.
    store.health(std::time::Duration::from_secs(60)).await.unwrap();
    assert_eq!(store.task_get(row.uuid).await.unwrap().state, TaskState::Succeeded);
}

#[tokio::test]
async fn a_store_that_does_not_get_on_is_not_healthy() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&directory.path().join("db")));
    let (hold, holding) = Hold::put(&store);
    tokio::task::yield_now().await;
    hold.held.recv().unwrap();
    let error = store.health(std::time::Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, StoreError::Slow { .. }), "{error:?}");
    hold.release.send(()).unwrap();
    holding.await.unwrap().unwrap();
}
