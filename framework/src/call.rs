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
///
/// It may be cloned, into what the method spawns or an attachment that is still to be made. How calls wait, end and are
/// cancelled is told in [`guide::waiting`](crate::guide::waiting), what they spawn in
/// [`guide::background`](crate::guide::background).
#[derive(Clone)]
pub struct Call {
    host: Arc<dyn Host>,
}

impl Call {
    pub(crate) fn new(host: Arc<dyn Host>) -> Self {
        Self { host }
    }

    /// The id of the request, `req-` and a UUID, which every log line of the call carries and the client
    /// gets in the header `X-OpenStack-Request-Id`.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.host.request_id()
    }

    /// Who asks: the user name. `None` where the server does not know its callers, as one without authentication.
    #[must_use]
    pub fn caller(&self) -> Option<&str> {
        self.host.caller()
    }

    /// When the call's time is over: its `timeout`, or the server's default, after it got its lock. An `async fn` is
    /// dropped where it waits then, after some grace if it listens to [`Call::cancelled`]; a plain `fn` goes on and
    /// keeps the node's lock until it returns, so it should look.
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

    /// Whether the call was cancelled: by its deadline, by the server's stop, or by a client, where a host lets clients
    /// cancel. Who asks promises to listen: see [`Call::cancelled`].
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.host.is_cancelled()
    }

    /// Waits until the call is cancelled. For a method that has something to undo: one that has asked before, here or
    /// by [`Call::is_cancelled`], is polled for 10 s after the cancellation (1 s at the server's stop) before it is
    /// dropped. One that never asked is dropped at once.
    pub async fn cancelled(&self) {
        Arc::clone(&self.host).cancelled().await;
    }

    /// Waits this long. The time is the host's: a test can move it. In a plain `fn`, `std::thread::sleep` takes its
    /// place.
    pub async fn sleep(&self, duration: Duration) {
        self.host.sleep(duration).await;
    }

    /// Runs work beside the method, on the driver's runtime. It belongs to the call. When the method returns, the work
    /// is waited for until the call's deadline, before the node's lock is freed and the client is answered; what goes on
    /// after that, or when the method panics or is dropped, is dropped at its next await. To drop the [`Work`] ends
    /// nothing.
    ///
    /// A panic in it is an [`Error`] of kind `Internal` for whoever awaits the [`Work`].
    pub fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Work<T> {
        let (sender, result) = oneshot::channel();
        self.host.spawn(Box::pin(async move {
            // The method may have dropped the handle: then nobody wants the result.
            let _ = sender.send(Contained(Box::pin(work)).await);
        }));
        Work { result }
    }

    /// Reports how far the method is: `done` of `total` steps, in whatever unit, with a short text. The newest report
    /// is kept with the task of an `async` method, written at most once a second and its text cut at 256 bytes; those
    /// of a synchronous method are not kept. It never waits. Clients read it, so it names no secret.
    pub fn progress(&self, done: u64, total: u64, text: &str) {
        self.host.progress(done, total, text);
    }

    /// Writes a line to the server's log, at the level `info`, with the request's id, the node, the driver and the
    /// method beside it. Control characters are escaped. A server bounds the lines of a call and their length
    /// (`log.call_lines_max`, 1000; `log.call_line_bytes_max`, 4096). It names no secret.
    pub fn log(&self, text: &str) {
        self.host.log(text);
    }
}

/// Work that [`Call::spawn`] started; await it for its result: an error of kind `Internal` if the work panicked, or was
/// dropped with its call.
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
