//! A call under way, whose time the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::block_on::block_on;
use super::host::{Progress, TestHost};
use super::outcome::Outcome;
use crate::host::BoxFuture;

/// A call under way, made by [`Request::start`](super::Request::start). Its clock is held: it moves as far as
/// [`advance`](Running::advance) says, until [`finish`](Running::finish) lets it go.
///
/// ```
/// use std::time::Duration;
/// use bessemer::{Call, Node, Result, driver, testing};
///
/// #[derive(Default)]
/// struct Acme;
///
/// #[driver(name = "acme")]
/// impl Acme {
///     /// Writes new firmware.
///     #[passthru(http = "POST", async)]
///     async fn flash(&self, node: &mut Node, call: &Call) -> Result<()> {
///         for percent in 0..100 {
///             call.progress(percent, 100, "writing");
///             call.sleep(Duration::from_secs(12)).await;
///         }
///         node.properties_mut().insert("firmware".into(), "2.1".into());
///         Ok(())
///     }
/// }
///
/// let mut flash = testing::call::<Acme>("flash").node(testing::node("rack7")).start();
/// flash.advance(Duration::from_secs(600));
/// assert_eq!(flash.progress().last().unwrap().done, 50);
/// let outcome = flash.finish();
/// assert_eq!(outcome.took(), Duration::from_secs(1200));
/// assert_eq!(outcome.node().properties()["firmware"], "2.1");
/// ```
pub struct Running {
    host: Arc<TestHost>,
    future: BoxFuture<Outcome>,
    ended: Option<Outcome>,
    woken: Arc<Woken>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl Running {
    pub(super) fn new(host: Arc<TestHost>, future: BoxFuture<Outcome>) -> Self {
        let mut running = Self {
            host,
            future,
            ended: None,
            woken: Arc::new(Woken(AtomicBool::new(true))),
        };
        running.go_on();
        running
    }

    /// Lets time pass, step by step, and the method do what it does in that time. It returns when the method
    /// waits again: for later, or for something outside, which is not waited for.
    pub fn advance(&mut self, duration: Duration) {
        self.host.clock().advance(duration);
        self.woken.0.store(true, Ordering::Release);
        self.go_on();
    }

    /// Tells the method to stop, as a client that cancels its task does. One that asks, by `call.cancelled` or
    /// `call.is_cancelled`, has ten seconds to do so; any other is dropped.
    pub fn cancel(&mut self) {
        self.host.cancel();
        self.woken.0.store(true, Ordering::Release);
        self.go_on();
    }

    /// Whether the call has ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.ended.is_some()
    }

    /// What it reported until now.
    #[must_use]
    pub fn progress(&self) -> Vec<Progress> {
        self.host.progress_reports()
    }

    /// What it logged until now.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.host.log_lines()
    }

    /// Lets the clock go and waits for the end, on this thread. On a runtime, `.await` does the same.
    pub fn finish(self) -> Outcome {
        block_on(self.into_future())
    }

    /// Waits for its end, in real time and no longer than this.
    pub(super) fn wait(&mut self, longest: Duration) {
        let began = Instant::now();
        while !self.is_done() && began.elapsed() < longest {
            thread::park_timeout(Duration::from_millis(1));
            self.go_on();
        }
    }

    fn go_on(&mut self) {
        let waker = Waker::from(Arc::clone(&self.woken));
        let mut cx = Context::from_waker(&waker);
        while self.ended.is_none() && self.woken.0.swap(false, Ordering::AcqRel) {
            if let Poll::Ready(outcome) = self.future.as_mut().poll(&mut cx) {
                self.ended = Some(outcome);
            }
        }
    }
}

impl IntoFuture for Running {
    type Output = Outcome;
    type IntoFuture = BoxFuture<Outcome>;

    fn into_future(self) -> BoxFuture<Outcome> {
        match self.ended {
            Some(outcome) => Box::pin(std::future::ready(outcome)),
            None => {
                self.host.clock().release();
                self.future
            }
        }
    }
}
