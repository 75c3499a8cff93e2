//! Raw bytes as a method's result: at hand, or made piece by piece while the client reads them. A stream is pulled:
//! nothing of it runs before the host asks for a piece, and at most one piece waits to be taken, so that what is
//! kept in memory does not grow with what is sent. Where the host runs it is the host's concern; this file needs no
//! runtime.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, Read};
use std::pin::pin;
use std::task::Poll;

use futures_channel::mpsc::{self, Receiver, RecvError, Sender};

use crate::error::{Error, Result};
use crate::host::BoxFuture;

/// Bytes served as they are, with a content type: a console log, a screenshot, a firmware image.
///
/// ```
/// use bessemer::Attachment;
///
/// let log = Attachment::bytes("BIOS 1.2\n").content_type("text/plain").file_name("console.log");
/// ```
///
/// What is long or comes slowly is better sent while it comes: see [`Attachment::stream`] and
/// [`Attachment::from_reader`]. The node's lock, if the method takes one, is kept until the last piece is read, and
/// the method's timeout is for all of it. A client that leaves ends the stream. Changes of a `&mut Node` are stored
/// when the method returns, before the stream begins.
pub struct Attachment {
    content: Content,
    content_type: String,
    file_name: Option<String>,
}

// Never derive Serialize here: `IntoReply` for attachments beside the one for all serializable types is
// coherent only as long as an attachment is not serializable.

impl Attachment {
    /// An attachment of these bytes, of type `application/octet-stream`.
    #[must_use]
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(Content::Bytes(bytes.into()))
    }

    /// An attachment that `async` code makes piece by piece.
    ///
    /// ```
    /// # use bessemer::{Attachment, Call, Node, Result, driver};
    /// # use std::time::Duration;
    /// # #[derive(Default)] pub struct Acme;
    /// # struct Session; impl Session {
    /// #     async fn open() -> Result<Self> { Ok(Self) }
    /// #     async fn line(&mut self) -> Result<Option<String>> { Ok(None) }
    /// # }
    /// # #[driver(name = "acme")] impl Acme {
    /// /// The console, as it comes.
    /// #[passthru(http = "GET", require_exclusive_lock = false, timeout = "10m")]
    /// async fn console(&self, node: &Node) -> Result<Attachment> {
    /// #   let _ = node;
    ///     // What fails here is answered with its status.
    ///     let mut session = Session::open().await?;
    ///     let log = Attachment::stream(async move |mut pieces| {
    ///         // What fails here breaks off a download that has begun.
    ///         while let Some(line) = session.line().await? {
    ///             pieces.send(line).await?;
    ///         }
    ///         Ok(())
    ///     });
    ///     Ok(log.content_type("text/plain"))
    /// }
    /// # }
    /// ```
    ///
    /// The closure runs when the method has returned and the client reads. When the client leaves or the method's
    /// time is over, it is dropped at its next `await`, and what it owns with it.
    #[must_use]
    pub fn stream<F, Fut>(pieces: F) -> Self
    where
        F: FnOnce(Pieces) -> Fut + Send + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        // One piece for the sender itself, none beside.
        let (sender, receiver) = mpsc::channel(0);
        let run: BoxFuture<Result<()>> = Box::pin(async move { pieces(Pieces { sender }).await });
        Self::of(Content::Stream(Stream {
            run: Some(run),
            receiver,
            failure: None,
        }))
    }

    /// An attachment of all that a blocking reader reads: a file, a socket, the output of a program.
    ///
    /// ```
    /// # use bessemer::{Attachment, NodeSnapshot, ResultExt, Kind, Result, driver};
    /// # #[derive(Default)] pub struct Acme;
    /// # #[driver(name = "acme")] impl Acme {
    /// /// The firmware that was last fetched for this node.
    /// #[passthru(http = "GET", require_exclusive_lock = false)]
    /// fn firmware(&self, node: NodeSnapshot) -> Result<Attachment> {
    ///     let file = std::fs::File::open(format!("/var/lib/acme/{}.bin", node.uuid()))
    ///         .or_kind(Kind::NotFound, "no firmware was fetched for this node")?;
    ///     Ok(Attachment::from_reader(file).file_name("firmware.bin"))
    /// }
    /// # }
    /// ```
    ///
    /// It is read on a thread that may block, at most 64 KiB at a time, only as fast as the client takes what was read.
    /// A read that has begun cannot be stopped: the node's lock is kept until it returns. A read that fails breaks the
    /// download off, and the log says why.
    #[must_use]
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self::of(Content::Reader(Box::new(reader)))
    }

    fn of(content: Content) -> Self {
        Self {
            content,
            content_type: "application/octet-stream".into(),
            file_name: None,
        }
    }

    /// Sets the media type, for the header `Content-Type`. One that is no header value is replaced by
    /// `application/octet-stream`.
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = media_type.into();
        self
    }

    /// Sets the name that a browser saves it under, for the header `Content-Disposition`. Characters beyond printable
    /// ASCII, quotes and backslashes are left out.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Content, media type and file name, for the host.
    #[must_use]
    pub fn into_parts(self) -> (Content, String, Option<String>) {
        (self.content, self.content_type, self.file_name)
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("content", &self.content)
            .field("content_type", &self.content_type)
            .field("file_name", &self.file_name)
            .finish()
    }
}

/// Takes the pieces of an [`Attachment::stream`].
#[derive(Debug)]
pub struct Pieces {
    sender: Sender<Vec<u8>>,
}

impl Pieces {
    /// Hands over the next piece, of any size, as soon as the one before was taken. An empty piece is nothing.
    ///
    /// # Errors
    /// If nobody reads any more. Only work that was spawned meets that: the stream itself is dropped then.
    pub async fn send(&mut self, piece: impl Into<Vec<u8>>) -> Result<()> {
        let gone = |_| Error::internal("nobody reads the attachment any more");
        poll_fn(|cx| self.sender.poll_ready(cx)).await.map_err(gone)?;
        self.sender.start_send(piece.into()).map_err(gone)
    }
}

/// What an attachment consists of, for hosts.
pub enum Content {
    /// All of it.
    Bytes(Vec<u8>),
    /// Pieces, one after another.
    Stream(Stream),
    /// What is read, where one may block.
    Reader(Box<dyn Read + Send>),
}

impl Content {
    /// All of it at once, for a host that has no client to stream to. A reader is read in place.
    ///
    /// # Errors
    /// What the stream or the reader fails with.
    pub async fn whole(self) -> Result<Vec<u8>> {
        let mut whole = Vec::new();
        match self {
            Self::Bytes(bytes) => return Ok(bytes),
            Self::Reader(mut reader) => {
                reader.read_to_end(&mut whole).map_err(unread)?;
            }
            Self::Stream(mut stream) => {
                while let Some(piece) = stream.next().await {
                    whole.extend_from_slice(&piece?);
                }
            }
        }
        Ok(whole)
    }
}

/// The error of a reader, as that of its stream.
#[must_use]
pub fn unread(cause: io::Error) -> Error {
    Error::internal(format!("the attachment cannot be read: {cause}")).with_cause(cause)
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Stream(_) => f.write_str("a stream"),
            Self::Reader(_) => f.write_str("a reader"),
        }
    }
}

/// The pieces of an attachment, for hosts.
pub struct Stream {
    run: Option<BoxFuture<Result<()>>>,
    receiver: Receiver<Vec<u8>>,
    failure: Option<Error>,
}

impl Stream {
    /// The next piece; `None` after the last one, or after an error. May be dropped before it is ready: nothing is
    /// lost.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>>> {
        poll_fn(|cx| {
            // First: it may be the one that makes the piece.
            if let Some(run) = &mut self.run
                && let Poll::Ready(result) = run.as_mut().poll(cx)
            {
                self.run = None;
                self.failure = result.err();
            }
            match pin!(self.receiver.recv()).poll(cx) {
                Poll::Ready(Ok(piece)) => Poll::Ready(Some(Ok(piece))),
                // What was sent before the failure comes before it.
                Poll::Ready(Err(RecvError)) if self.run.is_none() => Poll::Ready(self.failure.take().map(Err)),
                // The closure dropped its `Pieces` and has more to do.
                Poll::Ready(Err(RecvError)) | Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Waker};

    use super::*;

    fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    fn stream(attachment: Attachment) -> Stream {
        match attachment.into_parts().0 {
            Content::Stream(stream) => stream,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pieces_are_made_when_they_are_asked_for() {
        let made = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&made);
        let mut stream = stream(Attachment::stream(async move |mut pieces| {
            for number in 0..10 {
                counter.fetch_add(1, Ordering::SeqCst);
                pieces.send(number.to_string()).await?;
            }
            Ok(())
        }));
        assert_eq!(made.load(Ordering::SeqCst), 0);
        for number in 0..10_u8 {
            let piece = now(stream.next()).unwrap().unwrap().unwrap();
            assert_eq!(piece, number.to_string().as_bytes());
            assert!(made.load(Ordering::SeqCst) <= usize::from(number) + 2);
        }
        assert!(now(stream.next()).unwrap().is_none());
        assert!(now(stream.next()).unwrap().is_none());
    }

    #[test]
    fn a_failure_comes_after_what_was_sent_before_it() {
        let mut stream = stream(Attachment::stream(async move |mut pieces| {
            pieces.send("a").await?;
            Err(Error::silent("the cable is broken"))
        }));
        assert_eq!(now(stream.next()).unwrap().unwrap().unwrap(), b"a");
        let error = now(stream.next()).unwrap().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "the cable is broken");
        assert!(now(stream.next()).unwrap().is_none());
    }

    #[test]
    fn a_stream_ends_with_its_closure_and_not_before() {
        let (sender, ended) = futures_channel::oneshot::channel::<()>();
        let mut stream = stream(Attachment::stream(async move |pieces| {
            drop(pieces);
            let _ = ended.await;
            Ok(())
        }));
        assert!(now(stream.next()).is_none());
        drop(sender);
        assert!(now(stream.next()).unwrap().is_none());
    }

    #[test]
    fn a_host_may_take_all_at_once() {
        let whole = |attachment: Attachment| now(attachment.into_parts().0.whole()).unwrap();
        assert_eq!(whole(Attachment::bytes("x")).unwrap(), b"x");
        assert_eq!(whole(Attachment::from_reader(&b"read"[..])).unwrap(), b"read");
        let pieces = Attachment::stream(async |mut pieces| {
            pieces.send("a").await?;
            pieces.send(vec![b'b'; 2]).await
        });
        assert_eq!(whole(pieces).unwrap(), b"abb");
    }
}
