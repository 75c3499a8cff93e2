//! A connection whose client is watched. The head of a request has to come within one time; a connection on which
//! nothing happens is closed after another, and so is one whose client does not read what it asked for. Not here: the
//! time for a body, which is `body.rs`'s, and that of a call. An idle connection is closed after its time, and before
//! twice that.
//!
//! There is one timer for each connection, and it is set anew only when it fires, or has to fire earlier: mostly it
//! fires on a connection that was used meanwhile, and learns when to look again. To set it at each request would cost
//! more than finding the node.
//!
//! A client that leaves is noticed while its call waits or runs: the stream is looked at when hyper flushes, which it
//! does at the end of each poll. By hyper's own way it would be read from during each request, also during those that
//! are answered at once: a system call and a new buffer, for nearly all of them in vain.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a client may keep a connection waiting.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// From the first bytes of a request's head to its last.
    pub(crate) head: Duration,
    /// For the next request, and while an answer is not read.
    pub(crate) idle: Duration,
}

/// What is being answered on a connection. While anything is, no request is expected of its client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    begun: AtomicUsize,
    ended: AtomicUsize,
    unread: AtomicBool,
}

impl Requests {
    /// A request is being answered for as long as this lives.
    pub(crate) fn begin(&self) -> Answering {
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        Answering(self.clone())
    }

    /// A body was too long, and its client may still be sending it when it is answered and the connection ends.
    pub(crate) fn leave_unread(&self) {
        self.0.unread.store(true, Ordering::Relaxed);
    }

    fn begun(&self) -> usize {
        self.0.begun.load(Ordering::Relaxed)
    }

    fn are_answered(&self) -> bool {
        self.begun() == self.0.ended.load(Ordering::Relaxed)
    }
}

/// See [`Requests::begin`].
#[derive(Debug)]
pub(crate) struct Answering(Requests);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// A stream that fails with [`io::ErrorKind::TimedOut`] when its client takes too long.
pub(crate) struct Watched {
    stream: TcpStream,
    patience: Patience,
    requests: Requests,
    // How many requests had begun when the stream was last read.
    seen: usize,
    // Whether bytes came of a request that has not begun yet.
    is_head: bool,
    // Since when a request, or the rest of a head, is waited for.
    request: Option<Instant>,
    // Since when the client does not read.
    unread: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    // Who is woken by the timer.
    waker: Option<Waker>,
    // What of a body that nobody wants is still to be thrown away.
    rest: Option<Rest>,
}

/// See [`Watched::throw_away`].
#[derive(Clone, Copy)]
struct Rest {
    bytes: usize,
    until: Instant,
}

/// A client that sends on is heard to its end within these, and one that pauses no longer than that.
const REST_BYTES_MAX: usize = 64 << 20;
const REST_MAX: Duration = Duration::from_secs(5);
const REST_PAUSE_MAX: Duration = Duration::from_millis(500);

impl Watched {
    pub(crate) fn new(stream: TcpStream, patience: Patience, requests: Requests) -> Self {
        let now = Instant::now();
        Self {
            stream,
            patience,
            requests,
            seen: 0,
            is_head: false,
            request: Some(now),
            unread: None,
            timer: Box::pin(sleep_until(now + patience.idle)),
            waker: None,
            rest: None,
        }
    }

    /// Fails if the client has left while something is being answered.
    fn look_for_client(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.requests.are_answered() {
            return Ok(());
        }
        match self.stream.poll_peek(cx, &mut ReadBuf::new(&mut [0])) {
            Poll::Ready(Ok(0)) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "its client left")),
            // What it sends may be more of a body, or the next request.
            Poll::Ready(Ok(_)) | Poll::Pending => Ok(()),
            Poll::Ready(Err(error)) => Err(error),
        }
    }

    /// Nothing can be read now.
    fn wait_for_request(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.requests.are_answered() {
            self.request.get_or_insert_with(Instant::now);
        } else {
            self.request = None;
        }
        self.watch(cx)
    }

    /// Something was read.
    fn has_read(&mut self) {
        if self.requests.are_answered() && !self.is_head {
            self.is_head = true;
            self.request = None;
        }
    }

    /// A request that began since was what the read bytes were of.
    fn look_at_requests(&mut self) {
        let begun = self.requests.begun();
        if self.seen != begun {
            self.seen = begun;
            self.is_head = false;
            self.request = None;
        }
    }

    /// What is waited for longest, and when that is too long.
    fn end(&self) -> Option<(Instant, &'static str)> {
        let (patience, why) = match self.is_head {
            true => (
                self.patience.head,
                "its client did not send the head of a request in time",
            ),
            false => (self.patience.idle, "nothing was asked for on it"),
        };
        let request = self.request.map(|since| (since + patience, why));
        let Some(since) = self.unread else { return request };
        let unread = (since + self.patience.idle, "its client does not read the answer");
        Some(match request {
            Some(request) if request.0 < unread.0 => request,
            _ => unread,
        })
    }

    /// Fails if the client was waited for too long; else is asked again in time. Also while nothing is waited for: an
    /// answer may come to its end without another look at the stream.
    fn watch(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let end = self.end();
        if let Some((end, _)) = end
            && end < self.timer.deadline()
        {
            self.timer.as_mut().reset(end);
            self.waker = None;
        }
        // A poll of the timer costs more than to see that it would change nothing.
        let is_set = self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
        if is_set && !self.timer.is_elapsed() {
            return Poll::Pending;
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            let next = match end {
                Some((end, why)) if end <= now => {
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, why)));
                }
                Some((end, _)) => end,
                None => now + self.patience.idle,
            };
            self.timer.as_mut().reset(next);
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Reads what still comes of a body that was too long. The answer is out; but where bytes lie unread when a connection
    /// is closed, the client is told of that at once, and may never read the answer.
    fn throw_away(&mut self, mut rest: Rest, cx: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; 16 << 10];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => {
                    self.rest = Some(rest);
                    return self.timer.as_mut().poll(cx);
                }
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    let Some(left) = rest.bytes.checked_sub(buffer.filled().len()) else {
                        return Poll::Ready(());
                    };
                    rest.bytes = left;
                    self.timer
                        .as_mut()
                        .reset(rest.until.min(Instant::now() + REST_PAUSE_MAX));
                }
                // It has read the answer, or is gone.
                Poll::Ready(_) => return Poll::Ready(()),
            }
        }
    }

    /// Whether the client took something.
    fn wait_for_reader<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.unread = None;
            return written;
        }
        self.unread.get_or_insert_with(Instant::now);
        match self.watch(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Pending,
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.look_at_requests();
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() {
            return self.wait_for_request(cx);
        }
        if buffer.filled().len() > before {
            self.has_read();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wait_for_reader(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.wait_for_reader(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.look_for_client(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let rest = match self.rest {
            Some(rest) => rest,
            None => {
                ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
                if !self.requests.0.unread.load(Ordering::Relaxed) {
                    return Poll::Ready(Ok(()));
                }
                let now = Instant::now();
                self.timer.as_mut().reset(now + REST_PAUSE_MAX);
                Rest {
                    bytes: REST_BYTES_MAX,
                    until: now + REST_MAX,
                }
            }
        };
        self.throw_away(rest, cx).map(Ok)
    }
}
