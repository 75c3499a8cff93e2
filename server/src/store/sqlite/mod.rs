//! The embedded database: one file, one process, one writer thread. Here are the options, the start and end of
//! its threads. The trait is in `operations`, opening in `open`, grouping in `writer` and `gather`, SQL in `nodes`,
//! `tasks` and `prune`, what an error of SQLite means in `fault`, what is counted in `counts`.

mod counts;
mod fault;
mod gather;
mod lock_file;
mod migrate;
mod nodes;
mod open;
mod operations;
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

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use self::fault::Fault;
use self::gather::Gathering;
use self::reader::Question;
use self::shared::Shared;
use self::writer::{Job, Steps, Weight, Writer};
use crate::store::{Refusal, StoreError};

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
    /// Up to this size the file is looked through at every start; beyond, only after an unclean stop.
    pub checked_bytes_max: u64,
    /// How many pages of the write-ahead log may wait for readers before that is told.
    pub log_pages_max: u64,
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
            checked_bytes_max: 64 * 1024 * 1024,
            log_pages_max: 16 * 1024,
            reserve_bytes: 8 * 1024 * 1024,
            full_retry: Duration::from_secs(5),
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

/// Opens another connection to read on.
type Connect<'a> = &'a (dyn Fn() -> rusqlite::Result<Connection> + Sync);

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
        let shared = Arc::new(Shared::new(opened.path, options.busy_timeout, opened.lock_file));
        shared.set_full(!opened.has_reserve);
        let (jobs, job_queue) = mpsc::channel(options.queue_max);
        let (questions, question_queue) = mpsc::channel(options.queue_max);
        let writer = Writer {
            connection: opened.writer,
            shared: Arc::clone(&shared),
            reserve: opened.reserve,
            queue: job_queue,
            batch_max: options.batch_max,
            gathering: Gathering::default(),
            log_pages_max: options.log_pages_max,
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
        from_outside(path, |busy_timeout| whole::check_from_outside(path, busy_timeout))
    }

    /// Copies a file that another process may have open, for `bessemer db backup`.
    ///
    /// # Errors
    /// If it cannot be read, or the copy cannot be written.
    pub fn backup_file(path: &Path, target: &Path) -> Result<(), StoreError> {
        from_outside(path, |busy_timeout| {
            whole::backup_from_outside(path, target, busy_timeout)
        })
    }

    /// How many transactions were committed: with many writers, fewer than changes.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.shared.counts.commits()
    }

    fn queues(&self) -> Result<Queues, StoreError> {
        match self.shared.refusal() {
            Some(error) => Err(error),
            None => self.queues.lock().clone().ok_or(StoreError::Closed),
        }
    }

    /// Why a thread gave no answer: if nobody closed the store, the thread is no more.
    fn silence(&self) -> StoreError {
        self.shared.refusal().unwrap_or_else(|| self.shared.set_lost())
    }

    /// A change of several steps.
    async fn change<T, F>(&self, weight: Weight, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.write(writer::change(weight, Steps::Several, work)).await
    }

    /// A change that is a single statement.
    async fn change_one<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.write(writer::change(Weight::Ordinary, Steps::One, work)).await
    }

    async fn write<T>(
        &self,
        (job, answer): (Box<dyn Job>, oneshot::Receiver<Result<T, StoreError>>),
    ) -> Result<T, StoreError> {
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

    /// Reads on the caller's own thread, or on as many as it likes, each on a connection that it opens.
    fn ask_aside<T>(&self, work: impl FnOnce(Connect<'_>) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.queues()?;
        let connect = || open::open_reader(&self.shared.path, self.shared.busy_timeout);
        work(&connect).map_err(|fault| self.shared.judge(fault))
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

fn from_outside<T>(path: &Path, work: impl FnOnce(Duration) -> Result<T, Fault>) -> Result<T, StoreError> {
    let busy_timeout = Duration::from_secs(5);
    work(busy_timeout).map_err(|fault| match fault {
        Fault::Answer(error) => error,
        Fault::Sql(error) => fault::to_refusal(error, path, busy_timeout).into(),
    })
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
    let emptied = writer::checkpoint(&connection, "TRUNCATE")
        .map(drop)
        .map_err(|error| shared.judge(error.into()).to_string());
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
        // Still there if the store was broken; dropped as it is, it says that the stop was not a clean one.
        self.shared.lock_file.lock().take();
    }
}
