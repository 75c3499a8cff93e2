//! An attachment on its way to the client. It is made on its driver's own threads, a piece at a time and only as
//! fast as the client takes it, so its length costs no memory. It belongs to the call that returned it: the call's
//! lock and its place are kept until the last piece is made, and the call's deadline is that of the whole.
//!
//! The law is that of `worker.rs`: a lock is never freed under work that may still talk to hardware. What ends by
//! itself frees its lock before the client learns of the end; what is broken off (the client left, the time is over,
//! the server stops) tells the client at once, and frees its lock when its last read has returned.

use std::future::{Future as _, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bessemer::host::{self, Host as _};
use bytes::Bytes;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep_until;

use crate::call::Running;
use crate::execute::Work;
use crate::telemetry::call_event;
use crate::telemetry::panics::{self, Panic};
use crate::worker::log_panic;

/// How much is read at a time.
const READ_BYTES: usize = 64 << 10;

/// The pieces of an attachment, as the client takes them. To drop it ends what makes them.
#[derive(Debug)]
pub(crate) struct Stream {
    pieces: Receiver<Bytes>,
    /// Set before the sender is dropped, if nothing is missing.
    whole: Arc<AtomicBool>,
    /// Whether the connection had an occasion to write out what came before the break.
    paused: bool,
}

/// The rest of an attachment will not come. Why is in the log.
#[derive(Debug, thiserror::Error)]
#[error("the attachment broke off")]
pub(crate) struct Broken;

impl Stream {
    /// Begins to send what a method returned. `work` is the call, which has nothing else left to do.
    pub(crate) fn begin(source: Source, work: Work) -> Self {
        let (sender, pieces) = mpsc::channel(1);
        let whole = Arc::new(AtomicBool::new(false));
        let handle = work.driver.runtime().handle().clone();
        handle.spawn(send(source, sender, Arc::clone(&whole), work));
        Self {
            pieces,
            whole,
            paused: false,
        }
    }

    /// The next piece; `None` after the last one.
    pub(crate) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        Poll::Ready(match ready!(self.pieces.poll_recv(cx)) {
            Some(piece) => Some(Ok(piece)),
            None if self.whole.load(Ordering::Acquire) => None,
            None if self.paused => Some(Err(Broken)),
            None => {
                self.paused = true;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        })
    }
}

/// How the making of pieces ended.
enum End {
    Whole,
    Failed(bessemer::Error),
    Panicked(Panic),
    /// It is longer than this.
    TooLong(u64),
    /// The driver's threads are gone.
    Stopped,
    Left,
    Late,
}

/// Makes and sends all pieces, and ends the call.
async fn send(mut source: Source, sender: Sender<Bytes>, whole: Arc<AtomicBool>, work: Work) {
    let call = Arc::clone(&work.call);
    let end = tokio::select! {
        biased;
        end = make(&mut source, &sender, &work) => end,
        () = sender.closed() => End::Left,
        () = sleep_until(call.deadline()) => End::Late,
        () = work.context.workers.abandonment().raised() => End::Stopped,
    };
    log(&end, &call);
    match end {
        End::Whole | End::Failed(_) | End::Panicked(_) => {
            source.close(&call).await;
            call.abort_spawned().await;
            drop(work);
            whole.store(matches!(end, End::Whole), Ordering::Release);
            drop(sender);
        }
        End::TooLong(_) | End::Left | End::Late | End::Stopped => {
            drop(sender);
            if matches!(end, End::Late) {
                call.cancel_late(&work.method);
            } else {
                call.cancel();
            }
            source.close(&call).await;
            call.abort_spawned().await;
            drop(work);
        }
    }
}

async fn make(source: &mut Source, sender: &Sender<Bytes>, work: &Work) -> End {
    let bytes_max = work.context.config.conductor.attachment_size_max_bytes;
    let mut bytes = 0;
    loop {
        // First a place, then the piece for it: no more than one is made ahead.
        let Ok(place) = sender.reserve().await else {
            return End::Left;
        };
        match source.next().await {
            // An empty one would be the end of a chunked body.
            Ok(Some(piece)) if piece.is_empty() => {}
            Ok(Some(piece)) => {
                bytes += piece.len() as u64;
                if bytes > bytes_max {
                    return End::TooLong(bytes_max);
                }
                place.send(Bytes::from(piece));
            }
            Ok(None) => {
                work.call.join_spawned().await;
                return End::Whole;
            }
            Err(end) => return end,
        }
    }
}

fn log(end: &End, call: &Running) {
    match end {
        End::Whole => {}
        End::Failed(error) => {
            let (kind, causes) = (error.kind(), call.causes_line(error));
            let error = call.error_line(error.message());
            call_event!(warn, call, %kind, causes, "the attachment broke off: {error}");
        }
        End::Panicked(panic) => log_panic(panic, call),
        End::TooLong(bytes_max) => call_event!(
            warn,
            call,
            "the attachment broke off: it has more than {bytes_max} bytes, which conductor.attachment_size_max allows"
        ),
        End::Late => call_event!(warn, call, "the attachment broke off: the method's time is over"),
        End::Stopped => call_event!(warn, call, "the attachment broke off: the server stops"),
        End::Left => call_event!(debug, call, "the client left before the end of the attachment"),
    }
}

/// Where pieces come from.
pub(crate) enum Source {
    Stream(host::Stream),
    Reader(Reading),
}

impl From<host::Stream> for Source {
    fn from(stream: host::Stream) -> Self {
        Self::Stream(stream)
    }
}

impl From<Reader> for Source {
    fn from(reader: Reader) -> Self {
        Self::Reader(Reading {
            idle: Some(reader),
            busy: None,
        })
    }
}

impl Source {
    /// The next piece. May be dropped before it is ready: what was begun stays in the source.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, End> {
        match self {
            Self::Stream(stream) => {
                let mut next = pin!(stream.next());
                let piece = poll_fn(|cx| match panics::catch(|| next.as_mut().poll(cx)) {
                    Ok(poll) => poll.map(Ok),
                    Err(panic) => Poll::Ready(Err(End::Panicked(panic))),
                });
                piece.await?.transpose().map_err(End::Failed)
            }
            Self::Reader(reading) => reading.next().await,
        }
    }

    /// Ends what is under way and drops the rest; its destructors may panic and, those of a reader, block.
    async fn close(self, call: &Arc<Running>) {
        match self {
            Self::Stream(stream) => contain(call, || drop(stream)),
            Self::Reader(reading) => reading.close(call).await,
        }
    }
}

type Reader = Box<dyn io::Read + Send>;

/// What was read, and the reader, unless that is the end.
type Read = Result<Option<(Vec<u8>, Reader)>, End>;

/// A reader, which is read on the driver's threads that may block.
pub(crate) struct Reading {
    idle: Option<Reader>,
    busy: Option<JoinHandle<Read>>,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, End> {
        if let Some(reader) = self.idle.take() {
            self.busy = Some(spawn_blocking(|| read(reader)));
        }
        let Some(busy) = &mut self.busy else { return Ok(None) };
        let joined = busy.await;
        self.busy = None;
        match joined.map_err(|_| End::Stopped)?? {
            None => Ok(None),
            Some((piece, reader)) => {
                self.idle = Some(reader);
                Ok(Some(piece))
            }
        }
    }

    async fn close(self, call: &Arc<Running>) {
        let last = match self.busy {
            Some(busy) => busy.await.ok().and_then(Result::ok).flatten(),
            None => None,
        };
        if let Some(reader) = last.map(|(_, reader)| reader).or(self.idle) {
            // An error says that the driver's threads are gone, and the reader with them.
            let call = Arc::clone(call);
            let _ = spawn_blocking(move || contain(&call, || drop(reader))).await;
        }
    }
}

/// Reads some bytes; `None` at the end, where the reader is dropped.
fn read(mut reader: Reader) -> Read {
    let read = move || {
        let mut piece = vec![0; READ_BYTES];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok(None),
                Ok(read) => {
                    piece.truncate(read);
                    return Ok(Some((piece, reader)));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(End::Failed(host::unread(error))),
            }
        }
    };
    panics::catch(read).unwrap_or_else(|panic| Err(End::Panicked(panic)))
}

fn contain(call: &Running, work: impl FnOnce()) {
    if let Err(panic) = panics::catch(work) {
        log_panic(&panic, call);
    }
}
