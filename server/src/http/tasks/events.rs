//! The events of a task, as `text/event-stream`: its state, then what it tells (`log`, `progress`, `cancelling`) until
//! its `end`. Each line of the log carries its number as its id, so who comes again with `Last-Event-ID` is told the
//! lines after it. Who is slower than the task, or comes late, is told by `lagged` how many lines are gone. Nothing is
//! kept for a listener but what is on its way.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use bessemer::host::BoxFuture;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use hyper::body::{Body as HttpBody, Frame};
use serde::Serialize;
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};

use super::super::ask::{IDENT, segment};
use super::super::edge::base_url;
use super::super::fault::Fault;
use super::super::nodes::Time;
use super::super::query::Query;
use super::find;
use super::view::{Ended, Reported, Whole};
use crate::context::Context;
use crate::execute::ended;
use crate::store::{TaskEnd, TaskRow};
use crate::tasks::feed::{Listener, News, Seen};

/// So long nothing more is sent after something was: a method may report each of a million steps.
const PAUSE: Duration = Duration::from_millis(50);

/// What keeps a connection alive.
const HEARTBEAT: &str = ": nothing new\n\n";

/// What a client asks for that wants to listen. Not an `Ask`: it need not take JSON.
pub(crate) struct Listen {
    context: Arc<Context>,
    query: Query,
    base: String,
    ident: String,
    last_event: u64,
}

impl FromRequest<Arc<Context>> for Listen {
    type Rejection = Infallible;

    async fn from_request(request: Request, context: &Arc<Context>) -> Result<Self, Infallible> {
        let (parts, _) = request.into_parts();
        let last_event = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok());
        Ok(Self {
            query: Query::of(&parts.uri),
            base: base_url(&context.config.api, &parts),
            ident: segment(&parts.uri, IDENT),
            // What is no id of ours was seen elsewhere.
            last_event: last_event.and_then(|id| id.parse().ok()).unwrap_or(0),
            context: Arc::clone(context),
        })
    }
}

/// `GET /v1/tasks/T/events`.
pub(in super::super) async fn events(listen: Listen) -> Result<Response, Fault> {
    let Listen {
        context,
        query,
        base,
        ident,
        last_event,
    } = listen;
    query.finish()?;
    let (row, live) = find(&context, &ident).await?;
    let max = context.config.api.task_listeners_max;
    let listener = match &live {
        None => None,
        Some(live) => Some(live.feed.listen(max).ok_or_else(|| crowded(max))?),
    };
    let mut first = String::new();
    event(&mut first, "state", None, &Whole::of(&base, &row, live.as_deref()));
    if listener.is_none()
        && let Some(end) = end_of(&row)
    {
        event(&mut first, "end", None, &Ended::from(end));
    }
    let stream = Stream {
        first: Some(first),
        listener,
        seen: Seen::up_to(last_event),
        quiet_until: None,
        heartbeat: context.config.api.event_heartbeat,
        server_ends: Box::pin(async move { ended(&context).await }),
    };
    let mut response = Response::new(Body::new(Events {
        next: Some(Box::pin(stream.next())),
    }));
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would hold events back until there are many.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn crowded(max: usize) -> Fault {
    Fault::new(
        StatusCode::SERVICE_UNAVAILABLE,
        format!("{max} clients listen to this task, more may not; api.task_listeners_max is the bound"),
    )
    .retry_after(1)
}

/// The end of a task that has ended.
fn end_of(row: &TaskRow) -> Option<TaskEnd> {
    Some(TaskEnd {
        state: row.state,
        error: row.error.clone(),
        finished_at: row.finished_at?,
        progress: row.progress.clone(),
    })
}

/// What is sent to one listener.
struct Stream {
    /// The state that the task was found in.
    first: Option<String>,
    /// `None` where there is nothing to wait for, or no more.
    listener: Option<Listener>,
    seen: Seen,
    quiet_until: Option<Instant>,
    heartbeat: Duration,
    server_ends: BoxFuture<()>,
}

impl Stream {
    /// The next piece; `None` at the end.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        if let Some(first) = self.first.take() {
            return Some((first.into(), self));
        }
        if let Some(time) = self.quiet_until.take() {
            sleep_until(time).await;
        }
        loop {
            let listener = self.listener.as_mut()?;
            let news = listener.look(&mut self.seen);
            if news.is_over {
                let text = text(news);
                self.listener = None;
                return (!text.is_empty()).then(|| (text.into(), self));
            }
            if !news.is_empty() {
                self.quiet_until = Some(Instant::now() + PAUSE);
                return Some((text(news).into(), self));
            }
            tokio::select! {
                biased;
                () = listener.rung() => {}
                () = self.server_ends.as_mut() => return None,
                () = sleep(self.heartbeat) => return Some((Bytes::from_static(HEARTBEAT.as_bytes()), self)),
            }
        }
    }
}

/// News as events.
fn text(news: News) -> String {
    let mut text = String::new();
    if news.missed > 0 {
        event(&mut text, "lagged", None, &json!({ "missed": news.missed }));
    }
    for line in news.lines {
        let data = json!({ "at": Time(line.at), "text": &*line.text });
        event(&mut text, "log", Some(line.number), &data);
    }
    if let Some(cancelled) = news.cancelled {
        let data = json!({ "at": Time(cancelled.at), "by": format!("req-{}", cancelled.by) });
        event(&mut text, "cancelling", None, &data);
    }
    if let Some(progress) = news.progress {
        event(&mut text, "progress", None, &Reported::from(progress));
    }
    if let Some(end) = news.end {
        event(&mut text, "end", None, &Ended::from(end));
    }
    text
}

/// Writes one event. JSON has no line breaks of its own, so it is one line of data.
fn event(to: &mut String, name: &str, id: Option<u64>, data: &impl Serialize) {
    let data = serde_json::to_string(data).expect("strings, numbers and objects of them are JSON");
    // To a string, which takes everything.
    let _ = writeln!(to, "event: {name}");
    if let Some(id) = id {
        let _ = writeln!(to, "id: {id}");
    }
    let _ = write!(to, "data: {data}\n\n");
}

/// The pieces, each made when the one before is on its way.
struct Events {
    next: Option<BoxFuture<Option<(Bytes, Stream)>>>,
}

impl HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(next) = &mut self.next else {
            return Poll::Ready(None);
        };
        let made = ready!(next.as_mut().poll(cx));
        let (piece, next) = made.map_or((None, None), |(piece, stream)| {
            let next: BoxFuture<_> = Box::pin(stream.next());
            (Some(piece), Some(next))
        });
        self.next = next;
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
}
