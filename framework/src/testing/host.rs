//! What the framework's `Call` is made of here: the clock, what a method reported, what it spawned.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::clock::Clock;
use super::piece::{Outer, own};
use super::sync::Mutex;
use crate::host::{BoxFuture, HoldsExclusive, HoldsShared, Host};

/// What a method reported with `call.progress`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many steps are done.
    pub done: u64,
    /// Of how many.
    pub total: u64,
    /// The text beside.
    pub text: String,
}

/// One call under test.
pub(super) struct TestHost {
    request_id: String,
    caller: Option<String>,
    clock: Clock,
    begins: Duration,
    deadline: Duration,
    cancelled: Signal,
    late: AtomicBool,
    // Whether the method ever asked: only then a host waits for it to stop by itself.
    asks: AtomicBool,
    progress: Mutex<Vec<Progress>>,
    log: Mutex<Vec<String>>,
    spawned: Mutex<Vec<BoxFuture<()>>>,
    outer: Arc<Outer>,
}

impl TestHost {
    pub(super) fn new(request_id: String, caller: Option<String>, clock: &Clock, timeout: Duration) -> Arc<Self> {
        let begins = clock.elapsed();
        Arc::new(Self {
            request_id,
            caller,
            clock: clock.clone(),
            begins,
            deadline: begins.saturating_add(timeout),
            cancelled: Signal::default(),
            late: AtomicBool::new(false),
            asks: AtomicBool::new(false),
            progress: Mutex::default(),
            log: Mutex::default(),
            spawned: Mutex::default(),
            outer: Arc::default(),
        })
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn outer(&self) -> &Arc<Outer> {
        &self.outer
    }

    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    pub(super) fn timeout(&self) -> Duration {
        self.deadline.saturating_sub(self.begins)
    }

    pub(super) fn took(&self) -> Duration {
        self.clock.elapsed().saturating_sub(self.begins)
    }

    /// Tells the method to stop.
    pub(super) fn cancel(&self) {
        self.cancelled.raise();
        self.outer.wake();
    }

    /// Tells the method to stop, its time being over.
    pub(super) fn cancel_late(&self) {
        self.late.store(true, Ordering::Release);
        self.cancel();
    }

    pub(super) fn is_late(&self) -> bool {
        self.late.load(Ordering::Acquire)
    }

    /// Whether the method was told to stop.
    pub(super) fn is_told(&self) -> bool {
        self.cancelled.is_raised()
    }

    /// Whether the method asks if it should stop.
    pub(super) fn asks(&self) -> bool {
        self.asks.load(Ordering::Acquire)
    }

    pub(super) fn progress_reports(&self) -> Vec<Progress> {
        self.progress.lock().clone()
    }

    pub(super) fn log_lines(&self) -> Vec<String> {
        self.log.lock().clone()
    }

    pub(super) fn has_spawned(&self) -> bool {
        !self.spawned.lock().is_empty()
    }

    pub(super) fn take_spawned(&self) -> Vec<BoxFuture<()>> {
        std::mem::take(&mut *self.spawned.lock())
    }
}

impl Host for TestHost {
    fn request_id(&self) -> &str {
        &self.request_id
    }

    fn caller(&self) -> Option<&str> {
        self.caller.as_deref()
    }

    fn now(&self) -> Instant {
        self.clock.instant(self.clock.elapsed())
    }

    fn deadline(&self) -> Instant {
        self.clock.instant(self.deadline)
    }

    fn is_cancelled(&self) -> bool {
        self.asks.store(true, Ordering::Release);
        self.cancelled.is_raised()
    }

    fn cancelled(self: Arc<Self>) -> BoxFuture<()> {
        self.asks.store(true, Ordering::Release);
        Box::pin(std::future::poll_fn(move |cx| self.cancelled.poll(cx.waker())))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        Box::pin(self.clock.sleep(duration))
    }

    fn spawn(&self, work: BoxFuture<()>) {
        self.spawned.lock().push(work);
        self.outer.wake();
    }

    fn progress(&self, done: u64, total: u64, text: &str) {
        let text = text.into();
        self.progress.lock().push(Progress { done, total, text });
    }

    fn log(&self, text: &str) {
        self.log.lock().push(text.into());
    }
}

/// Raised once.
#[derive(Default)]
struct Signal(Mutex<(bool, Vec<Waker>)>);

impl Signal {
    fn raise(&self) {
        let mut signal = self.0.lock();
        signal.0 = true;
        let wakers = std::mem::take(&mut signal.1);
        drop(signal);
        for waker in wakers {
            waker.wake();
        }
    }

    fn is_raised(&self) -> bool {
        self.0.lock().0
    }

    fn poll(&self, waker: &Waker) -> Poll<()> {
        let mut signal = self.0.lock();
        if signal.0 {
            return Poll::Ready(());
        }
        let waker = own(waker);
        if !signal.1.iter().any(|other| other.data() == waker.data()) {
            signal.1.push(waker);
        }
        Poll::Pending
    }
}

/// A lock of the kit's: nobody else wants it, but whether it was given back shows.
pub(super) struct Hold;

impl HoldsExclusive for Hold {}
impl HoldsShared for Hold {}
