//! What the threads of one open database know together: where it is, whether it is broken or out of space,
//! how often it committed.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::counts::Counts;
use super::fault::{self, Fault};
use super::lock_file::LockFile;
use crate::store::{StoreCounts, StoreError};

pub(super) struct Shared {
    pub(super) path: Arc<Path>,
    pub(super) busy_timeout: Duration,
    /// Held until the store is closed; if it breaks, until the process ends, as methods may still run.
    pub(super) lock_file: Mutex<Option<LockFile>>,
    pub(super) counts: Counts,
    full: AtomicBool,
    log_long: AtomicBool,
    closed: AtomicBool,
    broken: OnceLock<StoreError>,
    broken_news: Notify,
}

impl Shared {
    pub(super) fn new(path: Arc<Path>, busy_timeout: Duration, lock_file: LockFile) -> Self {
        Self {
            path,
            busy_timeout,
            lock_file: Mutex::new(Some(lock_file)),
            counts: Counts::default(),
            full: AtomicBool::new(false),
            log_long: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            broken: OnceLock::new(),
            broken_news: Notify::new(),
        }
    }

    /// Turns what work ended with into the caller's error, and notes if that is the end of the store.
    pub(super) fn judge(&self, fault: Fault) -> StoreError {
        match fault {
            Fault::Answer(error) => error,
            Fault::Sql(error) => {
                let error = fault::to_store_error(error, &self.path, self.busy_timeout);
                self.counts.failed(&error);
                if let StoreError::Broken { .. } = error {
                    self.set_broken(error.clone());
                }
                error
            }
        }
    }

    pub(super) fn set_broken(&self, error: StoreError) {
        if self.broken.set(error.clone()).is_ok() {
            tracing::error!(store = %self.path.display(), error = %error, "the store is broken and refuses everything");
            self.broken_news.notify_waiters();
        }
    }

    /// A thread of the store is no more, by a fault of this program.
    pub(super) fn set_lost(&self) -> StoreError {
        let error = StoreError::Broken {
            path: Arc::clone(&self.path),
            cause: Arc::new(std::io::Error::other("a thread of the store panicked")),
        };
        self.set_broken(error.clone());
        error
    }

    /// Why nothing is accepted any more, if so.
    pub(super) fn refusal(&self) -> Option<StoreError> {
        if let Some(error) = self.broken.get() {
            return Some(error.clone());
        }
        self.closed.load(Ordering::Acquire).then_some(StoreError::Closed)
    }

    pub(super) async fn wait_broken(&self) -> StoreError {
        loop {
            let news = self.broken_news.notified();
            if let Some(error) = self.broken.get() {
                return error.clone();
            }
            news.await;
        }
    }

    /// Every later call is refused. Whether it was open until now.
    pub(super) fn set_closed(&self) -> bool {
        !self.closed.swap(true, Ordering::AcqRel)
    }

    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    pub(super) fn set_full(&self, full: bool) {
        if self.full.swap(full, Ordering::AcqRel) == full {
            return;
        }
        if full {
            tracing::error!(store = %self.path.display(), "no space is left: changes are refused until some is freed");
        } else {
            tracing::warn!(store = %self.path.display(), "there is space again: changes are accepted");
        }
    }

    /// Whether readers keep so much of the write-ahead log that it is worth a word, said once.
    pub(super) fn set_log_long(&self, long: bool) {
        let was_long = self.log_long.swap(long, Ordering::AcqRel);
        if long && !was_long {
            tracing::warn!(
                store = %self.path.display(),
                "the write-ahead log grows, as another program has been reading for long, \
                 perhaps an sqlite3 shell in an open transaction; close it"
            );
        }
    }

    #[cfg(test)]
    pub(super) fn is_log_long(&self) -> bool {
        self.log_long.load(Ordering::Acquire)
    }

    pub(super) fn full_error(&self) -> StoreError {
        let error = StoreError::Full {
            path: Arc::clone(&self.path),
        };
        self.counts.failed(&error);
        error
    }

    /// What it has done, and how it is; so many changes wait.
    pub(super) fn counts(&self, queued: usize) -> StoreCounts {
        self.counts.read(&self.path, queued, self.is_full())
    }
}

/// Set by a thread when it starts; should it end by a panic, the store is broken rather than silent.
pub(super) struct ThreadWatch(pub(super) Arc<Shared>);

impl Drop for ThreadWatch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.set_lost();
        }
    }
}
