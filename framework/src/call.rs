//! One call as a method sees it: who asks, until when, whether it was cancelled, and the means to wait,
//! to work beside and to report. It wraps what hosts the driver (the server, or the test kit with a clock
//! that the test moves), so that the framework itself needs no async runtime.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_channel::oneshot;

use crate::error::{Error, Result};
use crate::host::Host;

/// The call that a method is carrying out: `async fn m(&self, node: &mut Node, call: &Call, …)`.
#[derive(Clone)]
pub struct Call {
    host: Arc<dyn Host>,
}

impl Call {
    pub(crate) fn new(host: Arc<dyn Host>) -> Self {
        Self { host }
    }

    /// The id of the request, `req-` and a UUID, which every log line of the call carries and the client
    /// gets in a header.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.host.request_id()
    }

    /// Who asks: the user name, where the server knows its callers.
    #[must_use]
    pub fn caller(&self) -> Option<&str> {
        self.host.caller()
    }

    /// When the call's time is over. An `async fn` is dropped at its next await then; a plain `fn` goes on
    /// and keeps the node's lock until it returns, so it should look.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.host.deadline()
    }

    /// The time left until [`Call::deadline`], zero once it is over: the timeout to give to a client of the
    /// hardware.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.host.deadline().saturating_duration_since(self.host.now())
    }

    /// Whether the call was cancelled: by a client, by its deadline, or by the server's stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.host.is_cancelled()
    }

    /// Waits until the call is cancelled. For a method that has something to undo: one that asks, here or by
    /// [`Call::is_cancelled`], is polled for some seconds after the cancellation before it is dropped.
    pub async fn cancelled(&self) {
        Arc::clone(&self.host).cancelled().await;
    }

    /// Waits. The time is the host's: a test can move it.
    pub async fn sleep(&self, duration: Duration) {
        self.host.sleep(duration).await;
    }

    /// Runs work beside the method, on the driver's runtime. It belongs to the call: the node's lock is not
    /// freed before it has ended, and when the call is dropped it is dropped too.
    ///
    /// A panic in it is an [`Error`] of kind `Internal`.
    pub fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Work<T> {
        let (sender, result) = oneshot::channel();
        self.host.spawn(Box::pin(async move {
            // The method may have dropped the handle: then nobody wants the result.
            let _ = sender.send(Contained(Box::pin(work)).await);
        }));
        Work { result }
    }

    /// Reports how far the method is: `done` of `total` steps, with a short text.
    pub fn progress(&self, done: u64, total: u64, text: &str) {
        self.host.progress(done, total, text);
    }

    /// Writes a line to the log of this call.
    pub fn log(&self, text: &str) {
        self.host.log(text);
    }
}

/// Work that [`Call::spawn`] started; await it for its result.
#[must_use = "the work runs on by itself, but its panic is seen only by who awaits it"]
pub struct Work<T> {
    result: oneshot::Receiver<Result<T>>,
}

impl<T> Future for Work<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // The test kit must know who waits for nothing but its own.
        #[cfg(feature = "testing")]
        let waker = crate::testing::own(cx.waker());
        #[cfg(feature = "testing")]
        let cx = &mut Context::from_waker(&waker);
        pin!(&mut self.result)
            .poll(cx)
            .map(|received| received.unwrap_or_else(|_| Err(Error::internal("the call ended before the work did"))))
    }
}

/// A future whose panic becomes an error.
struct Contained<T>(Pin<Box<dyn Future<Output = T> + Send>>);

impl<T> Future for Contained<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let work = &mut self.0;
        match std::panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(Error::internal("work of the method panicked"))),
        }
    }
}
