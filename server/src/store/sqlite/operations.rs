//! The trait: each operation is a job for the writer, a question for the reader, or long work on the whole file.
//! What can be made ready for it is made here, on the caller's thread.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::writer::Weight;
use super::{SqliteStore, nodes, prune, tasks, whole};
use crate::store::{
    Answer, Interrupted, NodeChange, NodeRow, NodeSink, NodeStamp, Page, Progress, Retention, Store, StoreCounts,
    StoreError, TaskEnd, TaskFilter, TaskRow,
};

impl Store for SqliteStore {
    fn node_list_all<'a>(&'a self, sinks: Vec<&'a mut dyn NodeSink>) -> Answer<'a, ()> {
        // Not by way of the reader: a million nodes would be handed from thread to thread.
        Box::pin(async move { self.ask_aside(|connect| nodes::list_all(connect, sinks)) })
    }

    fn node_create(&self, node: NodeRow) -> Answer<'_, NodeRow> {
        Box::pin(async move {
            let node = nodes::prepare(node, 1);
            let kept = node.clone();
            self.change_one(move |connection| nodes::create(connection, &node))
                .await?;
            Ok(kept)
        })
    }

    fn node_update(&self, node: NodeRow) -> Answer<'_, NodeRow> {
        Box::pin(async move {
            let revision = node.revision + 1;
            let node = nodes::prepare(node, revision);
            let kept = node.clone();
            self.change_one(move |connection| nodes::update(connection, &node))
                .await?;
            Ok(kept)
        })
    }

    fn node_delete(&self, id: Uuid) -> Answer<'_, ()> {
        Box::pin(self.change_one(move |connection| nodes::delete(connection, id)))
    }

    fn task_start(&self, task: TaskRow) -> Answer<'_, ()> {
        Box::pin(self.change_one(move |connection| tasks::start(connection, &task)))
    }

    fn task_progress(&self, id: Uuid, progress: Progress) -> Answer<'_, ()> {
        Box::pin(self.change(Weight::Ordinary, move |connection| {
            tasks::progress(connection, id, &progress)
        }))
    }

    fn task_finish(&self, id: Uuid, end: TaskEnd, change: NodeChange) -> Answer<'_, Option<NodeStamp>> {
        Box::pin(async move {
            let change = match change {
                NodeChange::Record(node) => {
                    let revision = node.revision + 1;
                    NodeChange::Record(Box::new(nodes::prepare(*node, revision)))
                }
                other => other,
            };
            self.change(Weight::Final, move |connection| {
                tasks::finish(connection, id, &end, &change)
            })
            .await
        })
    }

    fn tasks_interrupt(&self, _server: Box<str>, at: Timestamp) -> Answer<'_, Vec<Interrupted>> {
        Box::pin(self.change(Weight::Final, move |connection| tasks::interrupt_all(connection, at)))
    }

    fn task_get(&self, id: Uuid) -> Answer<'_, TaskRow> {
        Box::pin(self.ask(move |connection| tasks::get(connection, id)))
    }

    fn task_list(&self, filter: TaskFilter, page: Page) -> Answer<'_, Vec<TaskRow>> {
        Box::pin(self.ask(move |connection| tasks::list(connection, &filter, page)))
    }

    fn tasks_prune(&self, keep: Retention, now: Timestamp) -> Answer<'_, u64> {
        Box::pin(async move {
            let mut pruned = 0;
            // A time before all times: then nothing is too old.
            let finished_before = now.checked_sub(keep.age_max).unwrap_or(Timestamp::MIN);
            loop {
                let deleted = self
                    .change(Weight::Ordinary, move |connection| {
                        prune::delete_old(connection, finished_before)
                    })
                    .await?;
                pruned += deleted as u64;
                if deleted < prune::PORTION as usize {
                    break;
                }
            }
            for owner in self
                .ask(move |connection| prune::crowded(connection, keep.tasks_max))
                .await?
            {
                let owner = Arc::new(owner);
                loop {
                    let whose = Arc::clone(&owner);
                    let deleted = self
                        .change(Weight::Ordinary, move |connection| {
                            prune::delete_excess(connection, &whose, keep.tasks_max)
                        })
                        .await?;
                    pruned += deleted as u64;
                    if deleted < prune::PORTION as usize {
                        break;
                    }
                }
            }
            Ok(pruned)
        })
    }

    fn backup_to(&self, path: PathBuf) -> Answer<'_, ()> {
        Box::pin(self.take_aside("store-backup", move |database, busy_timeout| {
            whole::backup(database, &path, busy_timeout)
        }))
    }

    fn check(&self) -> Answer<'_, Vec<String>> {
        Box::pin(self.take_aside("store-check", whole::check))
    }

    fn health(&self, limit: Duration) -> Answer<'_, ()> {
        Box::pin(async move {
            let beat = self.change(Weight::Ordinary, |connection| {
                connection
                    .prepare_cached("UPDATE pulse SET beats = beats + 1 WHERE id = 1")?
                    .execute([])?;
                Ok(())
            });
            match tokio::time::timeout(limit, beat).await {
                Ok(result) => result,
                Err(_) => Err(StoreError::Slow { limit }),
            }
        })
    }

    fn counts(&self) -> StoreCounts {
        let queues = self.queues.lock();
        let jobs = queues.as_ref().map(|queues| &queues.jobs);
        let queued = jobs.map_or(0, |jobs| jobs.max_capacity() - jobs.capacity());
        self.shared.counts(queued)
    }

    fn broken(&self) -> Pin<Box<dyn Future<Output = StoreError> + Send + '_>> {
        Box::pin(self.shared.wait_broken())
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.shared.set_closed();
            self.queues.lock().take();
            let threads = self.threads.lock().take();
            if let Some(threads) = threads {
                // An error here means that the writer panicked, which has been told as `broken`.
                let _ = threads.ended.await;
            }
            match self.shared.refusal() {
                Some(error @ StoreError::Broken { .. }) => Err(error),
                _ => Ok(()),
            }
        })
    }
}
