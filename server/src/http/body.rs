//! Bodies: what answers are made of, and how a request's is read within its bounds.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::fault::Fault;
use super::watched::Answering;
use crate::stream::Stream;

/// An answer's body: bytes that are ready, which nearly all are, what a method still makes, or what axum made.
#[derive(Debug, Default)]
pub(crate) struct Body {
    kind: Kind,
    /// Dropped when it is sent, or nobody wants it any more.
    answering: Option<Answering>,
}

impl Body {
    /// Keeps this for as long as the body is not sent.
    pub(crate) fn until_sent(mut self, answering: Answering) -> Self {
        self.answering = Some(answering);
        self
    }
}

impl From<Kind> for Body {
    fn from(kind: Kind) -> Self {
        Self { kind, answering: None }
    }
}

#[derive(Debug)]
enum Kind {
    Ready(Bytes),
    Stream(Stream),
    Axum(axum::body::Body),
}

impl Default for Kind {
    fn default() -> Self {
        Self::Ready(Bytes::new())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Kind::Ready(bytes).into()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(Bytes::from(bytes))
    }
}

impl From<Stream> for Body {
    fn from(stream: Stream) -> Self {
        Kind::Stream(stream).into()
    }
}

impl From<axum::body::Body> for Body {
    fn from(body: axum::body::Body) -> Self {
        Kind::Axum(body).into()
    }
}

impl From<Body> for axum::body::Body {
    fn from(body: Body) -> Self {
        match body.kind {
            Kind::Ready(bytes) => Self::from(bytes),
            Kind::Stream(_) => Self::new(body),
            Kind::Axum(body) => body,
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut self.kind {
            Kind::Ready(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Ready(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(stream) => stream
                .poll_piece(cx)
                .map(|piece| piece.map(|piece| piece.map(Frame::data).map_err(axum::Error::new))),
            Kind::Axum(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Ready(bytes) => bytes.is_empty(),
            Kind::Stream(_) => false,
            Kind::Axum(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Ready(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(_) => SizeHint::default(),
            Kind::Axum(body) => body.size_hint(),
        }
    }
}

/// A request's whole body. What is left of one that is too long is `watched.rs`'s to throw away, after the answer.
///
/// # Errors
/// 413 if it is longer than `max` bytes, 408 if it does not come within `patience`, 400 if it breaks off.
pub(crate) async fn read<B>(body: B, max: usize, patience: Duration) -> Result<Bytes, Fault>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: fmt::Display,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    // Its length is told: nothing of it has to come first, nor is a client that waits for leave told to send it.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|told| told > max) {
        return Err(Fault::body_too_large(max));
    }
    tokio::select! {
        biased;
        bytes = collect(body, max) => bytes,
        // Made only for a body that is not there yet.
        () = async { tokio::time::sleep(patience).await } => Err(Fault::new(
            StatusCode::REQUEST_TIMEOUT,
            format!(
                "the body did not arrive within {} s; api.body_timeout is the bound",
                patience.as_secs_f32()
            ),
        )
        .closing()),
    }
}

async fn collect<B>(mut body: B, max: usize) -> Result<Bytes, Fault>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: fmt::Display,
{
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Fault::bad_request(format!("the body broke off: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.as_ref().map_or(0, Bytes::len) + rest.len() + data.len() > max {
            return Err(Fault::body_too_large(max));
        }
        match &first {
            None => first = Some(data),
            Some(_) => rest.extend_from_slice(&data),
        }
        // Its length was told: the connection need not be asked for an end that is known.
        if body.is_end_stream() {
            break;
        }
    }
    let first = first.unwrap_or_default();
    if rest.is_empty() {
        return Ok(first);
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&rest);
    Ok(whole.freeze())
}
