//! The one thread that writes. It takes all the jobs that wait, puts them in one transaction, each of several steps in
//! a savepoint of its own, and answers after the commit has returned: so many changes share one sync of the
//! disk, and a job that is refused does not hurt its neighbours.
//!
//! What ends a whole transaction is decided here: a full disk, an outsider's lock, a failed sync. After the
//! last nothing is ever tried again, for the kernel may report the next sync as a success.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault::Fault;
use super::gather::Gathering;
use super::reserve::Reserve;
use super::shared::{Shared, ThreadWatch};
use crate::store::StoreError;

/// How much a job matters on a full disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Refused while there is no space.
    Ordinary,
    /// The end of something that runs: the reserve is spent for it.
    Final,
}

/// How many statements of a job change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Steps {
    /// One, which SQLite undoes by itself where it fails: a savepoint would cost half as much again.
    One,
    /// Several, which are undone together.
    Several,
}

/// A change that waits for the writer.
pub(super) trait Job: Send {
    fn weight(&self) -> Weight;
    fn steps(&self) -> Steps;
    /// May be run again if its transaction failed as a whole. An error is one that ends the transaction.
    fn run(&mut self, connection: &Connection, shared: &Shared) -> Result<Outcome, StoreError>;
    fn answer(self: Box<Self>, transaction: Result<(), StoreError>);
}

/// What becomes of a job's own part of the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Keep,
    Undo,
}

pub(super) struct Change<T, F> {
    weight: Weight,
    steps: Steps,
    work: F,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

pub(super) fn change<T, F>(
    weight: Weight,
    steps: Steps,
    work: F,
) -> (Box<dyn Job>, oneshot::Receiver<Result<T, StoreError>>)
where
    T: Send + 'static,
    F: FnMut(&Connection) -> Result<T, Fault> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let job = Change {
        weight,
        steps,
        work,
        result: None,
        reply,
    };
    (Box::new(job), answer)
}

impl<T, F> Job for Change<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T, Fault> + Send,
{
    fn weight(&self) -> Weight {
        self.weight
    }

    fn steps(&self) -> Steps {
        self.steps
    }

    fn run(&mut self, connection: &Connection, shared: &Shared) -> Result<Outcome, StoreError> {
        self.result = None;
        match (self.work)(connection) {
            Ok(value) => {
                self.result = Some(Ok(value));
                Ok(Outcome::Keep)
            }
            Err(fault) => match shared.judge(fault) {
                error @ (StoreError::Full { .. } | StoreError::Busy { .. } | StoreError::Broken { .. }) => Err(error),
                error => {
                    self.result = Some(Err(error));
                    Ok(Outcome::Undo)
                }
            },
        }
    }

    fn answer(self: Box<Self>, transaction: Result<(), StoreError>) {
        let result = match (transaction, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Closed),
            (Err(error), _) => Err(error),
        };
        // Nobody may be waiting any more; the change stands all the same.
        let _ = self.reply.send(result);
    }
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) shared: Arc<Shared>,
    pub(super) reserve: Reserve,
    pub(super) queue: mpsc::Receiver<Box<dyn Job>>,
    pub(super) batch_max: usize,
    pub(super) gathering: Gathering,
    /// How many pages of the log may stay uncopied without a word.
    pub(super) log_pages_max: u64,
    /// The connection's count of changed rows when the log was last copied into the file.
    pub(super) changes_copied: u64,
}

/// After how many changed rows the log is copied into the file.
const CHANGES_LOGGED_MAX: u64 = 1000;

impl Writer {
    /// Until the queue is closed and empty. Returns the connection, to be closed.
    pub(super) fn run(mut self) -> Connection {
        let _watch = ThreadWatch(Arc::clone(&self.shared));
        let mut batch = Vec::with_capacity(self.batch_max);
        while self.queue.blocking_recv_many(&mut batch, self.batch_max) > 0 {
            self.gathering.gather(&mut self.queue, &mut batch, self.batch_max);
            self.write(std::mem::take(&mut batch));
            self.copy_log();
        }
        self.connection
    }

    fn write(&mut self, batch: Vec<Box<dyn Job>>) {
        let batch = self.admit(batch);
        if batch.is_empty() {
            return;
        }
        let (batch, result) = self.transact(batch);
        let Err(StoreError::Full { .. }) = result else {
            return answer_all(batch, &result);
        };
        self.shared.set_full(true);
        self.reserve.spend();
        let (finals, others): (Vec<_>, Vec<_>) = batch.into_iter().partition(|job| job.weight() == Weight::Final);
        answer_all(others, &result);
        if !finals.is_empty() {
            let (finals, result) = self.transact(finals);
            answer_all(finals, &result);
        }
    }

    /// Refuses what cannot be done now.
    fn admit(&mut self, batch: Vec<Box<dyn Job>>) -> Vec<Box<dyn Job>> {
        if let Some(error @ StoreError::Broken { .. }) = self.shared.refusal() {
            answer_all(batch, &Err(error));
            return Vec::new();
        }
        if !self.shared.is_full() {
            return batch;
        }
        if self.reserve.try_restore() {
            self.shared.set_full(false);
            return batch;
        }
        let (finals, others): (Vec<_>, Vec<_>) = batch.into_iter().partition(|job| job.weight() == Weight::Final);
        answer_all(others, &Err(self.shared.full_error()));
        finals
    }

    /// One transaction around all of them. If it fails, nothing of it is there.
    fn transact(&mut self, mut batch: Vec<Box<dyn Job>>) -> (Vec<Box<dyn Job>>, Result<(), StoreError>) {
        let result = self.try_transact(&mut batch);
        match &result {
            Ok(took) => {
                self.shared.counts.committed(batch.len(), *took);
                self.gathering.note(batch.len(), self.queue.len(), *took);
            }
            // After a failed sync a rollback is not known to work either, so it is not even asked for.
            Err(StoreError::Broken { .. }) => {}
            Err(_) if self.connection.is_autocommit() => {}
            Err(_) => {
                if let Err(error) = self.execute("ROLLBACK") {
                    let error = self.shared.judge(error.into());
                    tracing::error!(error = %error, "a failed transaction could not be rolled back");
                }
            }
        }
        (batch, result.map(drop))
    }

    /// Returns how long the commit itself took.
    fn try_transact(&self, batch: &mut [Box<dyn Job>]) -> Result<Duration, StoreError> {
        let judge = |error: rusqlite::Error| self.shared.judge(error.into());
        self.execute("BEGIN IMMEDIATE").map_err(judge)?;
        for job in batch {
            if job.steps() == Steps::One {
                // What it refuses has changed nothing.
                job.run(&self.connection, &self.shared)?;
                continue;
            }
            self.execute("SAVEPOINT job").map_err(judge)?;
            if job.run(&self.connection, &self.shared)? == Outcome::Undo {
                self.execute("ROLLBACK TO job").map_err(judge)?;
            }
            self.execute("RELEASE job").map_err(judge)?;
        }
        let began = Instant::now();
        self.execute("COMMIT").map_err(judge)?;
        Ok(began.elapsed())
    }

    /// Here and not within a commit: nobody waits for it, and a failed sync is seen.
    fn copy_log(&mut self) {
        let changes = self.connection.total_changes();
        if changes - self.changes_copied < CHANGES_LOGGED_MAX {
            return;
        }
        self.changes_copied = changes;
        match checkpoint(&self.connection, "PASSIVE") {
            Ok(pages_left) => self.shared.set_log_long(pages_left > self.log_pages_max),
            Err(error) => match self.shared.judge(error.into()) {
                StoreError::Full { .. } => {
                    self.shared.set_full(true);
                    self.reserve.spend();
                }
                error => tracing::warn!(error = %error, "the write-ahead log could not be copied into the file"),
            },
        }
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }
}

/// Copies the log into the file. Returns how many pages stayed: what a reader still needs of it, which is no error.
pub(super) fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<u64> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        let (logged, copied): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(u64::try_from(logged - copied).unwrap_or(0))
    })
}

fn answer_all(batch: Vec<Box<dyn Job>>, result: &Result<(), StoreError>) {
    for job in batch {
        job.answer(result.clone());
    }
}
