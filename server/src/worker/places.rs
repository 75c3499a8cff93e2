//! How many calls may run at a time, in all and for each driver, and whether any may begin at all: the server's
//! stop goes through here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::catalogue::Driver;
use crate::config::Conductor;
use crate::signal::Signal;

/// The bound on calls that run at a time, in all and for each driver.
pub(crate) struct Workers {
    running: AtomicUsize,
    running_max: usize,
    /// The server's own: raised when no call may begin any more.
    stopping: Arc<Signal>,
    /// Raised when whoever still runs is to be cancelled.
    abandoned: Signal,
    /// Somebody waits for the last call to end.
    drains: AtomicBool,
    idle: Notify,
}

/// Leave for one call to run; given back when dropped.
pub(crate) struct Slot {
    workers: Arc<Workers>,
    driver: Arc<Driver>,
}

/// Why no call may begin now. Nothing was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoWorker {
    /// As many run as may.
    Full,
    /// The server stops.
    Stopping,
}

impl Workers {
    pub(crate) fn new(limits: &Conductor, stopping: Arc<Signal>) -> Arc<Self> {
        Arc::new(Self {
            running: AtomicUsize::new(0),
            running_max: limits.workers_pool_size,
            stopping,
            abandoned: Signal::default(),
            drains: AtomicBool::new(false),
            idle: Notify::new(),
        })
    }

    /// Ends when no call runs.
    pub(crate) async fn idle(&self) {
        self.drains.store(true, Ordering::SeqCst);
        let idle = self.idle.notified();
        tokio::pin!(idle);
        idle.as_mut().enable();
        if self.running.load(Ordering::SeqCst) > 0 {
            idle.await;
        }
    }

    /// Cancels all calls that still run; the server ends.
    pub(crate) fn abandon(&self) {
        self.abandoned.raise();
    }

    /// Raised when the server ends and whoever still runs is to be cancelled.
    pub(crate) fn abandonment(&self) -> &Signal {
        &self.abandoned
    }

    /// Whether the server ends.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.is_raised()
    }

    /// Whether a call of this driver could begin: asked before a lock is waited for.
    pub(crate) fn has_room(&self, driver: &Driver) -> Result<(), NoWorker> {
        let runtime = driver.runtime();
        if self.stopping.is_raised() {
            Err(NoWorker::Stopping)
        } else if self.running.load(Ordering::Relaxed) < self.running_max
            && runtime.running.load(Ordering::Relaxed) < runtime.running_max
        {
            Ok(())
        } else {
            Err(NoWorker::Full)
        }
    }

    /// Leave for one call.
    pub(crate) fn begin(self: &Arc<Self>, driver: &Arc<Driver>) -> Result<Slot, NoWorker> {
        // A slot from here on: dropped where there is no place for it.
        let runtime = driver.runtime();
        let running = self.running.fetch_add(1, Ordering::SeqCst);
        let running_of_driver = runtime.running.fetch_add(1, Ordering::Relaxed);
        let slot = Slot {
            workers: Arc::clone(self),
            driver: Arc::clone(driver),
        };
        if running >= self.running_max || running_of_driver >= runtime.running_max {
            return Err(NoWorker::Full);
        }
        // It is counted before it looks, and the stop is told before the count is read: so the one sees the other.
        if self.stopping.is_raised() {
            return Err(NoWorker::Stopping);
        }
        Ok(slot)
    }

    /// How many calls run.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.driver.runtime().running.fetch_sub(1, Ordering::Relaxed);
        let workers = &self.workers;
        if workers.running.fetch_sub(1, Ordering::SeqCst) == 1 && workers.drains.load(Ordering::SeqCst) {
            workers.idle.notify_waiters();
        }
    }
}
