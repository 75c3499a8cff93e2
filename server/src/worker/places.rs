//! How many calls may run at a time, in all, for each driver and for each node, and whether any may begin at all: the
//! server's stop goes through here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;
use uuid::Uuid;

use super::beside::Beside;
use crate::catalogue::Driver;
use crate::config::Conductor;
use crate::metrics::Counter;
use crate::signal::Signal;

/// The bound on calls that run at a time, in all, for each driver and for each node.
pub(crate) struct Workers {
    running: AtomicUsize,
    running_max: usize,
    beside: Beside,
    /// Of those that run, the ones that should have stopped and cannot.
    stuck: AtomicUsize,
    /// How many had no place: in the server, in their driver, on their node.
    refused: [Counter; 3],
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
    /// The node that it is on, if others may run there beside it.
    beside: Option<Uuid>,
}

/// Why no call may begin now. Nothing was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoWorker {
    /// As many run as may.
    Full(Full),
    /// The server stops.
    Stopping,
}

/// Where as many calls run as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Full {
    /// In the server.
    #[error("{0} calls run, more may not; conductor.workers_pool_size is the bound")]
    Server(usize),
    /// In a driver.
    #[error("{max} calls of the driver {driver} run, more may not; conductor.driver_workers_max is the bound")]
    Driver { driver: &'static str, max: usize },
    /// On a node.
    #[error("{0} calls run on the node, more may not; conductor.node_workers_max is the bound")]
    Node(usize),
}

impl Workers {
    pub(crate) fn new(limits: &Conductor, stopping: Arc<Signal>) -> Arc<Self> {
        Arc::new(Self {
            running: AtomicUsize::new(0),
            running_max: limits.workers_pool_size,
            beside: Beside::new(limits.node_workers_max),
            stuck: AtomicUsize::new(0),
            refused: Default::default(),
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

    /// Whether a call of this driver could begin: asked before a lock is waited for. `beside` is its node, if other
    /// calls may run there at the same time.
    pub(crate) fn has_room(&self, driver: &Driver, beside: Option<Uuid>) -> Result<(), NoWorker> {
        if self.stopping.is_raised() {
            return Err(NoWorker::Stopping);
        }
        let (running, of_driver) = (&self.running, &driver.runtime().running);
        self.fits(
            driver,
            running.load(Ordering::Relaxed),
            of_driver.load(Ordering::Relaxed),
        )?;
        match beside {
            Some(node) => self.beside.has_room(node).map_err(|full| self.refuse(full)),
            None => Ok(()),
        }
    }

    /// Leave for one call.
    pub(crate) fn begin(self: &Arc<Self>, driver: &Arc<Driver>, beside: Option<Uuid>) -> Result<Slot, NoWorker> {
        // A slot from here on: dropped where there is no place for it.
        let running = self.running.fetch_add(1, Ordering::SeqCst);
        let of_driver = driver.runtime().running.fetch_add(1, Ordering::Relaxed);
        let mut slot = Slot {
            workers: Arc::clone(self),
            driver: Arc::clone(driver),
            beside: None,
        };
        self.fits(driver, running, of_driver)?;
        if let Some(node) = beside {
            self.beside.enter(node).map_err(|full| self.refuse(full))?;
            slot.beside = beside;
        }
        // It is counted before it looks, and the stop is told before the count is read: so the one sees the other.
        if self.stopping.is_raised() {
            return Err(NoWorker::Stopping);
        }
        Ok(slot)
    }

    /// Whether one more may run beside so many, of which so many are its driver's.
    fn fits(&self, driver: &Driver, running: usize, of_driver: usize) -> Result<(), NoWorker> {
        let max = driver.runtime().running_max;
        if running >= self.running_max {
            Err(self.refuse(Full::Server(self.running_max)))
        } else if of_driver >= max {
            let driver = driver.record().name;
            Err(self.refuse(Full::Driver { driver, max }))
        } else {
            Ok(())
        }
    }

    fn refuse(&self, full: Full) -> NoWorker {
        let [server, driver, node] = &self.refused;
        match full {
            Full::Server(_) => server.count(),
            Full::Driver { .. } => driver.count(),
            Full::Node(_) => node.count(),
        }
        NoWorker::Full(full)
    }

    /// What had no more places, and for how many calls.
    pub(crate) fn refused(&self) -> [(&'static str, u64); 3] {
        let [server, driver, node] = self.refused.each_ref().map(Counter::get);
        [("server", server), ("driver", driver), ("node", node)]
    }

    /// How many calls run.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// A call is over its time and cannot be stopped, for as long as this lives.
    pub(crate) fn note_stuck(&self) -> Stuck<'_> {
        self.stuck.fetch_add(1, Ordering::Relaxed);
        Stuck(self)
    }

    /// How many calls cannot be stopped, of how many places.
    pub(crate) fn stuck(&self) -> (usize, usize) {
        (self.stuck.load(Ordering::Relaxed), self.running_max)
    }
}

/// See [`Workers::note_stuck`].
pub(crate) struct Stuck<'w>(&'w Workers);

impl Drop for Stuck<'_> {
    fn drop(&mut self) {
        self.0.stuck.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.driver.runtime().running.fetch_sub(1, Ordering::Relaxed);
        let workers = &self.workers;
        if let Some(node) = self.beside {
            workers.beside.leave(node);
        }
        if workers.running.fetch_sub(1, Ordering::SeqCst) == 1 && workers.drains.load(Ordering::SeqCst) {
            workers.idle.notify_waiters();
        }
    }
}
