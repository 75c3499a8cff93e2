//! One call as the server keeps it: what the framework's `Call` is made of here. It is shared by the running
//! method, by the one who awaits it and by whoever may cancel it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bessemer::host::{BoxFuture, Host};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::signal::Signal;
use crate::store::Progress;

/// What is known of a call from its request on.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The request's id, without `req-`.
    pub(crate) request: Uuid,
    /// The user, where known.
    pub(crate) caller: Option<Arc<str>>,
}

/// A call that is being carried out.
pub(crate) struct Running {
    origin: Origin,
    request_text: OnceLock<Box<str>>,
    node: Option<Uuid>,
    driver: &'static str,
    method: &'static str,
    deadline: Instant,
    cancelled: Signal,
    late: AtomicBool,
    // Whether the method ever asked: only then there is sense in waiting for it to stop by itself.
    asks: AtomicBool,
    runtime: Handle,
    // Work that the method spawned; made on the first spawn, which most calls never do.
    spawned: Mutex<Option<JoinSet<()>>>,
    // Made where somebody listens: for tasks.
    progress: OnceLock<watch::Sender<Option<Progress>>>,
}

impl Running {
    pub(crate) fn new(
        origin: Origin,
        node: Option<Uuid>,
        driver: &'static str,
        method: &'static str,
        deadline: tokio::time::Instant,
        runtime: Handle,
    ) -> Arc<Self> {
        Arc::new(Self {
            origin,
            request_text: OnceLock::new(),
            node,
            driver,
            method,
            deadline: deadline.into_std(),
            cancelled: Signal::default(),
            late: AtomicBool::new(false),
            asks: AtomicBool::new(false),
            runtime,
            spawned: Mutex::new(None),
            progress: OnceLock::new(),
        })
    }

    /// Tells the method to stop.
    pub(crate) fn cancel(&self) {
        self.cancelled.raise();
    }

    /// Tells the method to stop, its time being over.
    pub(crate) fn cancel_late(&self) {
        self.late.store(true, Ordering::Release);
        self.cancel();
    }

    /// Whether its time was over before it ended.
    pub(crate) fn is_late(&self) -> bool {
        self.late.load(Ordering::Acquire)
    }

    /// Whether it was told to stop.
    pub(crate) fn is_told(&self) -> bool {
        self.cancelled.is_raised()
    }

    /// Whether the method asks if it should stop.
    pub(crate) fn asks(&self) -> bool {
        self.asks.load(Ordering::Relaxed)
    }

    /// Raised when the method was told to stop.
    pub(crate) fn cancellation(&self) -> &Signal {
        &self.cancelled
    }

    /// When its time is over.
    pub(crate) fn deadline(&self) -> tokio::time::Instant {
        self.deadline.into()
    }

    /// The node it is on, if any.
    pub(crate) fn node(&self) -> Option<Uuid> {
        self.node
    }

    /// The driver's name.
    pub(crate) fn driver(&self) -> &'static str {
        self.driver
    }

    /// The method's name.
    pub(crate) fn method(&self) -> &'static str {
        self.method
    }

    /// What the method reports of its progress, from now on.
    pub(crate) fn progress(&self) -> watch::Receiver<Option<Progress>> {
        self.progress.get_or_init(watch::Sender::default).subscribe()
    }

    /// Whether the method spawned anything.
    pub(crate) fn has_spawned(&self) -> bool {
        self.spawned.lock().is_some()
    }

    /// Waits until all that the method spawned has ended.
    pub(crate) async fn join_spawned(&self) {
        // Taken out and put back each time: a piece of work may itself spawn.
        loop {
            let Some(mut set) = self.spawned.lock().take() else {
                return;
            };
            while set.join_next().await.is_some() {}
        }
    }

    /// Ends all that the method spawned: it is dropped at its next await, which is waited for.
    pub(crate) async fn abort_spawned(&self) {
        loop {
            let Some(mut set) = self.spawned.lock().take() else {
                return;
            };
            set.shutdown().await;
        }
    }
}

impl Host for Running {
    fn request_id(&self) -> &str {
        self.request_text
            .get_or_init(|| format!("req-{}", self.origin.request).into())
    }

    fn caller(&self) -> Option<&str> {
        self.origin.caller.as_deref()
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn is_cancelled(&self) -> bool {
        self.asks.store(true, Ordering::Relaxed);
        self.cancelled.is_raised()
    }

    fn cancelled(self: Arc<Self>) -> BoxFuture<()> {
        self.asks.store(true, Ordering::Relaxed);
        Box::pin(async move { self.cancelled.raised().await })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        // The timer belongs to the driver's runtime even where a plain `fn` makes it on a blocking thread.
        let _entered = self.runtime.enter();
        Box::pin(tokio::time::sleep(duration))
    }

    fn spawn(&self, work: BoxFuture<()>) {
        self.spawned
            .lock()
            .get_or_insert_default()
            .spawn_on(work, &self.runtime);
    }

    fn progress(&self, done: u64, total: u64, text: &str) {
        if let Some(listener) = self.progress.get() {
            // Cut by the store at the length it keeps.
            listener.send_replace(Some(Progress {
                done,
                total,
                text: text.into(),
            }));
        }
    }

    fn log(&self, text: &str) {
        // What a method logs may come from its caller: it must not end the line, nor colour the terminal.
        let text: String = text
            .chars()
            .flat_map(|c| {
                if c.is_control() {
                    c.escape_default().collect::<Vec<_>>()
                } else {
                    vec![c]
                }
            })
            .collect();
        tracing::info!(
            request_id = %self.request_id(),
            node = self.node.map(tracing::field::display),
            driver = self.driver,
            method = self.method,
            "{text}"
        );
    }
}
