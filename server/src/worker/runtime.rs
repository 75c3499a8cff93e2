//! A driver's own threads: a small runtime and a blocking pool, started on first use.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bessemer::host;
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};

use super::blocking::Suspects;
use crate::config::Conductor;

/// A driver's own threads.
pub struct DriverRuntime {
    driver: &'static str,
    threads: usize,
    blocking_threads: usize,
    /// How many of its calls run, and may; counted by [`Workers`](super::Workers).
    pub(super) running: AtomicUsize,
    pub(super) running_max: usize,
    pub(super) suspects: Suspects<host::Method>,
    handle: OnceLock<Handle>,
    runtime: Mutex<Option<Runtime>>,
}

impl DriverRuntime {
    pub(crate) fn new(driver: &'static str, limits: &Conductor) -> Self {
        Self {
            driver,
            threads: limits.driver_threads,
            blocking_threads: limits.driver_blocking_threads,
            running: AtomicUsize::new(0),
            running_max: limits.driver_workers_max,
            suspects: Suspects::default(),
            handle: OnceLock::new(),
            runtime: Mutex::new(None),
        }
    }

    /// The runtime, started if it was not.
    ///
    /// # Panics
    /// If the machine gives no thread.
    pub(crate) fn handle(&self) -> &Handle {
        self.handle.get_or_init(|| {
            let runtime = Builder::new_multi_thread()
                .worker_threads(self.threads)
                .max_blocking_threads(self.blocking_threads)
                .thread_name(format!("driver-{}", self.driver))
                .enable_all()
                .build()
                .expect("the machine has a thread left for the driver");
            let handle = runtime.handle().clone();
            *self.runtime.lock() = Some(runtime);
            handle
        })
    }

    /// How many of its calls run, and may.
    pub(crate) fn places(&self) -> (usize, usize) {
        (self.running.load(Ordering::Relaxed), self.running_max)
    }

    /// Ends the threads, waiting this long for those that block. Not to be called on a runtime.
    pub(crate) fn shut_down(&self, patience: Duration) {
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_timeout(patience);
        }
    }
}
