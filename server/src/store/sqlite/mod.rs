//! The embedded database: one file, one process, one writer thread. Here are the options, the start and end of
//! its threads, and the trait, each operation a job for one of them. Opening is in `open`, grouping in
//! `writer`, SQL in `nodes`, `tasks` and `prune`.

mod fault;
mod lock_file;
mod migrate;
mod nodes;
mod open;
mod prune;
mod reader;
mod reserve;
mod shared;
mod tasks;
#[cfg(test)]
mod tests;
mod values;
mod whole;
mod writer;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use self::fault::Fault;
use self::reader::Question;
use self::shared::Shared;
use self::writer::{Job, Weight, Writer};
use crate::node::Node;
use crate::store::{
    Answer, Interrupted, NodeChange, NodeStamp, Page, Progress, Refusal, Retention, Store, StoreError, TaskEnd,
    TaskFilter, TaskRow,
};

/// How to open a database. The defaults are for servers; tests shorten them.
#[derive(Clone, Debug)]
pub struct Options {
    /// The conductor, for the message to the next process that wants the file.
    pub server: Box<str>,
    /// How long another program's lock is waited for.
    pub busy_timeout: Duration,
    /// How many jobs may wait for the writer; more wait before the queue.
    pub queue_max: usize,
    /// How many jobs share a transaction at most.
    pub batch_max: usize,
    /// How much space is set aside for the ends of running tasks.
    pub reserve_bytes: u64,
    /// How often a full disk is looked at again, at most.
    pub full_retry: Duration,
}

impl Options {
    #[must_use]
    pub fn new(server: &str) -> Self {
        Self {
            server: server.into(),
            busy_timeout: Duration::from_secs(5),
            queue_max: 4096,
            batch_max: 256,
            reserve_bytes: 8 * 1024 * 1024,
            full_retry: Duration::from_secs(1),
        }
    }
}

/// An open database file.
pub struct SqliteStore {
    shared: Arc<Shared>,
    /// Gone when closed: the threads end with their queues.
    queues: Mutex<Option<Queues>>,
    threads: Mutex<Option<Threads>>,
}

#[derive(Clone)]
struct Queues {
    jobs: mpsc::Sender<Box<dyn Job>>,
    questions: mpsc::Sender<Question>,
}

struct Threads {
    writer: JoinHandle<()>,
    /// Answers when the writer has closed everything.
    ended: oneshot::Receiver<()>,
}

impl SqliteStore {
    /// Opens the file, making it and its directory if they are not there. Blocks, so it is for the start.
    ///
    /// # Errors
    /// A [`Refusal`], which says what is in the way and how to get it out.
    pub fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let opened = open::open(path, options)?;
        let shared = Arc::new(Shared::new(path.into(), options.busy_timeout, opened.lock_file));
        shared.set_full(!opened.has_reserve);
        let (jobs, job_queue) = mpsc::channel(options.queue_max);
        let (questions, question_queue) = mpsc::channel(options.queue_max);
        let writer = Writer {
            connection: opened.writer,
            shared: Arc::clone(&shared),
            reserve: opened.reserve,
            queue: job_queue,
            batch_max: options.batch_max,
            changes_copied: 0,
        };
        let threads = spawn_threads(writer, opened.reader, question_queue).map_err(|cause| Refusal::Other {
            path: path.into(),
            cause: Arc::new(cause),
        })?;
        Ok(Self {
            shared,
            queues: Mutex::new(Some(Queues { jobs, questions })),
            threads: Mutex::new(Some(threads)),
        })
    }

    /// What is damaged in a file that this process need not have open, for `bessemer db check`.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub fn check_file(path: &Path) -> Result<Vec<String>, StoreError> {
        let busy_timeout = Duration::from_secs(5);
        whole::check(path, busy_timeout).map_err(|fault| match fault {
            Fault::Answer(error) => error,
            Fault::Sql(error) => fault::to_refusal(error, path, busy_timeout).into(),
        })
    }

    /// How many transactions were committed: with many writers, fewer than changes.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.shared.commits()
    }

    fn queues(&self) -> Result<Queues, StoreError> {
        match self.shared.refusal() {
            Some(error) => Err(error),
            None => self.queues.lock().clone().ok_or(StoreError::Closed),
        }
    }

    /// Why a thread gave no answer.
    fn silence(&self) -> StoreError {
        self.shared.refusal().unwrap_or(StoreError::Closed)
    }

    async fn change<T, F>(&self, weight: Weight, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (job, answer) = writer::change(weight, work);
        let jobs = self.queues()?.jobs;
        jobs.send(job).await.map_err(|_| self.silence())?;
        // Not kept while waiting: the writer ends when the last sender is gone.
        drop(jobs);
        answer.await.unwrap_or_else(|_| Err(self.silence()))
    }

    async fn ask<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (question, answer) = reader::question(work);
        let questions = self.queues()?.questions;
        questions.send(question).await.map_err(|_| self.silence())?;
        drop(questions);
        answer.await.unwrap_or_else(|_| Err(self.silence()))
    }

    /// Runs long work on a thread of its own.
    async fn take_aside<T, F>(&self, name: &str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Path, Duration) -> Result<T, Fault> + Send + 'static,
    {
        if let Some(error) = self.shared.refusal() {
            return Err(error);
        }
        let (reply, answer) = oneshot::channel();
        let shared = Arc::clone(&self.shared);
        let spawned = thread::Builder::new().name(name.into()).spawn(move || {
            let result = work(&shared.path, shared.busy_timeout);
            let _ = reply.send(result.map_err(|fault| shared.judge(fault)));
        });
        spawned.map_err(|cause| StoreError::Failed {
            path: Arc::clone(&self.shared.path),
            cause: Arc::new(cause),
        })?;
        answer.await.unwrap_or_else(|_| Err(self.silence()))
    }
}

fn spawn_threads(writer: Writer, reader: Connection, questions: mpsc::Receiver<Question>) -> std::io::Result<Threads> {
    let shared = Arc::clone(&writer.shared);
    let reader = thread::Builder::new()
        .name("store-reader".into())
        .spawn(move || reader::run(&reader, &shared, questions))?;
    let (end, ended) = oneshot::channel();
    let writer = thread::Builder::new().name("store-writer".into()).spawn(move || {
        let shared = Arc::clone(&writer.shared);
        let connection = writer.run();
        // The last connection puts the log into the file, so it is closed after the reader's.
        let _ = reader.join();
        close(&shared, connection);
        let _ = end.send(());
    })?;
    Ok(Threads { writer, ended })
}

fn close(shared: &Shared, connection: Connection) {
    if let Some(StoreError::Broken { .. }) = shared.refusal() {
        // Closing would copy the log into the file, after a sync of it has failed. The next start does that
        // from what is really on the disk. The lock is kept too, until the process ends.
        std::mem::forget(connection);
        return;
    }
    let emptied = writer::checkpoint(&connection, "TRUNCATE").map_err(|error| shared.judge(error.into()).to_string());
    let closed = connection.close().map_err(|(_, error)| error.to_string());
    let closed = emptied.and(closed);
    let Some(lock_file) = shared.lock_file.lock().take() else {
        return;
    };
    let released = closed.and_then(|()| lock_file.release().map_err(|error| error.to_string()));
    if let Err(error) = released {
        tracing::warn!(store = %shared.path.display(), error, "the store was not closed cleanly; the next start checks it");
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.shared.set_closed();
        self.queues.lock().take();
        if let Some(threads) = self.threads.lock().take() {
            let _ = threads.writer.join();
        }
    }
}

impl Store for SqliteStore {
    fn node_list_all(&self) -> Answer<'_, Vec<Node>> {
        Box::pin(self.ask(nodes::list_all))
    }

    fn node_create(&self, node: Node) -> Answer<'_, Node> {
        Box::pin(async move {
            let node = nodes::prepare(node, 1);
            let kept = node.clone();
            self.change(Weight::Ordinary, move |connection| nodes::create(connection, &node))
                .await?;
            Ok(kept)
        })
    }

    fn node_update(&self, node: Node) -> Answer<'_, Node> {
        Box::pin(async move {
            let revision = node.revision + 1;
            let node = nodes::prepare(node, revision);
            let kept = node.clone();
            self.change(Weight::Ordinary, move |connection| nodes::update(connection, &node))
                .await?;
            Ok(kept)
        })
    }

    fn node_delete(&self, id: Uuid) -> Answer<'_, ()> {
        Box::pin(self.change(Weight::Ordinary, move |connection| nodes::delete(connection, id)))
    }

    fn task_start(&self, task: TaskRow) -> Answer<'_, ()> {
        Box::pin(self.change(Weight::Ordinary, move |connection| tasks::start(connection, &task)))
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
