//! One call as the server keeps it: what the framework's `Call` is made of here. It is shared by the running
//! method, by the one who awaits it and by whoever may cancel it.

use std::borrow::Cow;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};

use bessemer::host::{self, BoxFuture, Host};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::catalogue::Method;
use crate::config::Config;
use crate::node::Node;
use crate::secrets::Secrets;
use crate::signal::Signal;
use crate::store::Progress;
use crate::store::rows::PROGRESS_BYTES_MAX;
use crate::tasks::feed::Feed;
use crate::telemetry::{call_event, one_line};

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
    node: Option<Arc<Node>>,
    driver: &'static host::Driver,
    method: &'static str,
    deadline: Instant,
    // What must not be said of the node: known when something is said.
    secrets: OnceLock<Box<Secrets>>,
    cancelled: Signal,
    told: OnceLock<tokio::time::Instant>,
    late: AtomicBool,
    // Whether work that the method left behind was ended before its end.
    cut: AtomicBool,
    returned: AtomicBool,
    // Whether the method ever asked: only then there is sense in waiting for it to stop by itself.
    asks: AtomicBool,
    runtime: Handle,
    // Work that the method spawned; made on the first spawn, which most calls never do.
    spawned: Mutex<Option<JoinSet<()>>>,
    // Made where somebody may listen: for tasks.
    feed: OnceLock<Arc<Feed>>,
    log: LogBounds,
    logged: AtomicUsize,
}

/// How much a call may log.
#[derive(Clone, Copy)]
pub(crate) struct LogBounds {
    lines_max: usize,
    line_bytes_max: usize,
    error_bytes_max: usize,
}

impl From<&Config> for LogBounds {
    fn from(config: &Config) -> Self {
        Self {
            lines_max: config.log.call_lines_max,
            line_bytes_max: config.log.call_line_bytes_max,
            error_bytes_max: config.conductor.error_size_max_bytes,
        }
    }
}

impl Running {
    pub(crate) fn new(
        origin: Origin,
        node: Option<Arc<Node>>,
        driver: &'static host::Driver,
        method: &'static str,
        deadline: tokio::time::Instant,
        runtime: Handle,
        log: LogBounds,
    ) -> Arc<Self> {
        Arc::new(Self {
            origin,
            request_text: OnceLock::new(),
            node,
            driver,
            method,
            deadline: deadline.into_std(),
            secrets: OnceLock::new(),
            cancelled: Signal::default(),
            told: OnceLock::new(),
            late: AtomicBool::new(false),
            cut: AtomicBool::new(false),
            returned: AtomicBool::new(false),
            asks: AtomicBool::new(false),
            runtime,
            spawned: Mutex::new(None),
            feed: OnceLock::new(),
            log,
            logged: AtomicUsize::new(0),
        })
    }

    /// Tells the method to stop.
    pub(crate) fn cancel(&self) {
        self.told.get_or_init(tokio::time::Instant::now);
        self.cancelled.raise();
    }

    /// Tells the method to stop, its time being over.
    pub(crate) fn cancel_late(&self, method: &Method) {
        if !self.late.swap(true, Ordering::AcqRel) {
            method.counts().late.count();
        }
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

    /// When it was told to stop; now, if it was not.
    pub(crate) fn told_at(&self) -> tokio::time::Instant {
        self.told.get().copied().unwrap_or_else(tokio::time::Instant::now)
    }

    /// Notes that work which the method left behind did not come to its end.
    pub(crate) fn note_cut(&self) {
        self.cut.store(true, Ordering::Release);
    }

    /// Notes that the method has returned: what is still to be done is the server's.
    pub(crate) fn note_returned(&self) {
        self.returned.store(true, Ordering::Relaxed);
    }

    /// Whether the method has returned.
    pub(crate) fn has_returned(&self) -> bool {
        self.returned.load(Ordering::Relaxed)
    }

    /// Whether work that the method left behind did not come to its end.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
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
        self.node.as_ref().map(|node| node.id)
    }

    /// The driver's name.
    pub(crate) fn driver(&self) -> &'static str {
        self.driver.name
    }

    /// The method's name.
    pub(crate) fn method(&self) -> &'static str {
        self.method
    }

    /// What the driver says, without the secrets that it was given for the node.
    pub(crate) fn hidden<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let secrets = self.secrets.get_or_init(|| {
            let node = self.node.as_deref();
            Box::new(node.map(|node| Secrets::of(node, self.driver)).unwrap_or_default())
        });
        secrets.hidden(text)
    }

    /// What went wrong, as it stands in the log: the driver's text, or that of a panic.
    pub(crate) fn error_line<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.line(text, self.log.error_bytes_max)
    }

    /// What the driver says, as one line.
    fn line<'t>(&self, text: &'t str, bytes_max: usize) -> Cow<'t, str> {
        match self.hidden(text) {
            Cow::Borrowed(text) => one_line(text, bytes_max),
            Cow::Owned(text) => one_line(&text, bytes_max).into_owned().into(),
        }
    }

    /// What caused an error, as it stands in the log.
    pub(crate) fn causes_line(&self, error: &bessemer::Error) -> Option<String> {
        error.causes().map(|causes| self.error_line(&causes).into_owned())
    }

    /// What the method tells, from the first use on.
    pub(crate) fn feed(&self) -> Arc<Feed> {
        Arc::clone(self.feed.get_or_init(Arc::default))
    }

    /// The request that cancelled it, if one did.
    pub(crate) fn cancelled_by(&self) -> Option<Uuid> {
        Some(self.feed.get()?.cancelled()?.by)
    }

    /// Whether the method spawned anything.
    pub(crate) fn has_spawned(&self) -> bool {
        self.spawned.lock().is_some()
    }

    /// Waits until all that the method spawned has ended. May be dropped: what was spawned is still there then.
    pub(crate) async fn join_spawned(&self) {
        poll_fn(|cx| {
            // Looked at again each time: a piece of work may itself spawn.
            let mut spawned = self.spawned.lock();
            while let Some(set) = &mut *spawned {
                match set.poll_join_next(cx) {
                    Poll::Ready(Some(_)) => {}
                    Poll::Ready(None) => *spawned = None,
                    Poll::Pending => return Poll::Pending,
                }
            }
            Poll::Ready(())
        })
        .await;
    }

    /// Ends all that the method spawned: it is dropped at its next await, which is waited for.
    pub(crate) async fn abort_spawned(&self) {
        let mut joined = pin!(self.join_spawned());
        poll_fn(|cx| {
            if let Some(set) = &mut *self.spawned.lock() {
                set.abort_all();
            }
            joined.as_mut().poll(cx)
        })
        .await;
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
        if let Some(feed) = self.feed.get() {
            feed.report(Progress {
                done,
                total,
                text: self.line(text, PROGRESS_BYTES_MAX).into(),
            });
        }
    }

    fn log(&self, text: &str) {
        let LogBounds {
            lines_max,
            line_bytes_max,
            ..
        } = self.log;
        let before = self.logged.fetch_add(1, Ordering::Relaxed);
        if before > lines_max {
            return;
        }
        let text = if before < lines_max {
            self.line(text, line_bytes_max)
        } else {
            format!("the call has logged {lines_max} lines; what else it logs is left out").into()
        };
        call_event!(info, self, "{text}");
        if let Some(feed) = self.feed.get() {
            feed.line(&text);
        }
    }
}
