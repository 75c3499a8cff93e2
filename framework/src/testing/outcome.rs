//! What came of a call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::host::Progress;
use super::node::{Change, changes};
use super::run::Seen;
use crate::error::{Error, Kind};
use crate::host::{self, LockMode, NodeFields};
use crate::node::NodeSnapshot;

/// What came of a call under test: the lock, the reply or the failure, the node afterwards, what was reported and
/// logged.
///
/// The methods that read the reply panic where there is none, and say why.
pub struct Outcome {
    pub(super) method: &'static str,
    pub(super) lock: LockMode,
    pub(super) is_async: bool,
    pub(super) result: Result<Replied, Failure>,
    pub(super) before: Arc<NodeFields>,
    pub(super) after: Arc<NodeFields>,
    pub(super) progress: Vec<Progress>,
    pub(super) log: Vec<String>,
    pub(super) took: Duration,
    pub(super) seen: Seen,
    pub(super) lock_is_free: bool,
}

/// A reply, taken apart once.
pub(super) enum Replied {
    Empty,
    Json(Vec<u8>),
    Attachment {
        bytes: Vec<u8>,
        content_type: String,
        file_name: Option<String>,
    },
}

impl Outcome {
    /// The lock the method was run with: the type of its node.
    #[must_use]
    pub fn lock(&self) -> LockMode {
        self.lock
    }

    /// Whether it succeeded.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.result.is_ok()
    }

    /// Whether the client would have been answered 202: the method is `async`, and what is refused before it
    /// begins was not refused. How it ended is in [`Outcome::is_ok`].
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.is_async && self.failure().is_none_or(|failure| failure.reason.has_begun())
    }

    /// Why it did not succeed, if it did not.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.result.as_ref().err()
    }

    /// Why it did not succeed.
    ///
    /// # Panics
    /// If it did.
    #[must_use]
    #[track_caller]
    pub fn error(&self) -> &Failure {
        match &self.result {
            Ok(_) => panic!("`{}` succeeded, a failure was expected: {self:?}", self.method),
            Err(failure) => failure,
        }
    }

    /// The reply's JSON value.
    ///
    /// # Panics
    /// If it failed, returned no JSON, or the value is no `T`.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match self.reply() {
            Replied::Json(text) => serde_json::from_slice(text).unwrap_or_else(|error| {
                let text = String::from_utf8_lossy(text);
                panic!("`{}` returned {text}: {error}", self.method)
            }),
            _ => panic!("`{}` returned no JSON: {self:?}", self.method),
        }
    }

    /// The reply's bytes: those of an attachment, or the text of the JSON; none where it returns nothing.
    ///
    /// # Panics
    /// If it failed.
    #[must_use]
    #[track_caller]
    pub fn bytes(&self) -> &[u8] {
        match self.reply() {
            Replied::Empty => &[],
            Replied::Json(bytes) | Replied::Attachment { bytes, .. } => bytes,
        }
    }

    /// The same as text.
    ///
    /// # Panics
    /// If it failed, or the bytes are no UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes()) {
            Ok(text) => text,
            Err(error) => panic!("`{}` returned bytes that are no text: {error}", self.method),
        }
    }

    /// The media type the reply is served with; `None` where it is empty.
    ///
    /// # Panics
    /// If it failed.
    #[must_use]
    #[track_caller]
    pub fn content_type(&self) -> Option<&str> {
        match self.reply() {
            Replied::Empty => None,
            Replied::Json(_) => Some("application/json"),
            Replied::Attachment { content_type, .. } => Some(content_type),
        }
    }

    /// The name that an attachment is saved under.
    ///
    /// # Panics
    /// If it failed.
    #[must_use]
    #[track_caller]
    pub fn file_name(&self) -> Option<&str> {
        match self.reply() {
            Replied::Attachment { file_name, .. } => file_name.as_deref(),
            _ => None,
        }
    }

    /// Asserts that it succeeded and returned nothing.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn assert_empty(&self) {
        let is_empty = matches!(self.reply(), Replied::Empty);
        assert!(is_empty, "`{}` returned {self:?}, nothing was expected", self.method);
    }

    /// The node as a server would have stored it afterwards: changed only if the method succeeded.
    #[must_use]
    pub fn node(&self) -> NodeSnapshot {
        host::snapshot(Arc::clone(&self.after))
    }

    /// The node as it was before.
    #[must_use]
    pub fn node_before(&self) -> NodeSnapshot {
        host::snapshot(Arc::clone(&self.before))
    }

    /// What the method changed on the node, and a server would have stored.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        changes(&self.before, &self.after)
    }

    /// What it reported by `call.progress`.
    #[must_use]
    pub fn progress(&self) -> &[Progress] {
        &self.progress
    }

    /// What it logged by `call.log`, line by line.
    #[must_use]
    pub fn log(&self) -> &[String] {
        &self.log
    }

    /// How long it took on the [`Clock`](super::Clock).
    #[must_use]
    pub fn took(&self) -> Duration {
        self.took
    }

    #[track_caller]
    fn reply(&self) -> &Replied {
        match &self.result {
            Ok(reply) => reply,
            Err(failure) => panic!("`{}` failed: {failure:?}", self.method),
        }
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Outcome");
        debug.field("method", &self.method).field("lock", &self.lock);
        match &self.result {
            Err(failure) => debug.field("failure", failure),
            Ok(Replied::Empty) => debug.field("reply", &"nothing"),
            Ok(Replied::Json(text)) => debug.field("reply", &String::from_utf8_lossy(text)),
            Ok(Replied::Attachment {
                bytes, content_type, ..
            }) => debug.field("reply", &format!("{} bytes of {content_type}", bytes.len())),
        };
        debug
            .field("changes", &self.changes())
            .field("progress", &self.progress)
            .field("log", &self.log)
            .field("took", &self.took)
            .finish_non_exhaustive()
    }
}

/// Where a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The method does not answer this verb. Nothing was carried out.
    Verb,
    /// The arguments do not fit. Nothing was carried out, no lock was taken.
    Arguments,
    /// The node's settings do not fit: its properties, or `#[validate]`. Nothing was carried out.
    Node,
    /// The method returned an error.
    Method,
    /// The method panicked.
    Panic,
    /// The method's time was over: it was dropped, or it returned too late.
    Deadline,
    /// The call was cancelled and the method did not end by itself in time.
    Cancelled,
    /// The method returned, but left work behind, by `call.spawn`, that did not end in the call's time and was
    /// dropped. What the method changed is kept, and its client reads what it reads of [`Reason::Deadline`].
    Stuck,
}

impl Reason {
    fn has_begun(self) -> bool {
        !matches!(self, Self::Verb | Self::Arguments | Self::Node)
    }
}

/// Why a call did not succeed.
#[derive(Clone, Debug)]
pub struct Failure {
    reason: Reason,
    kind: Kind,
    message: String,
    causes: Option<String>,
}

impl Failure {
    pub(super) fn new(reason: Reason, kind: Kind, message: impl Into<String>) -> Self {
        Self {
            reason,
            kind,
            message: message.into(),
            causes: None,
        }
    }

    pub(super) fn of(error: &Error) -> Self {
        Self::new(Reason::Method, error.kind(), error.message()).with_causes(error.causes())
    }

    pub(super) fn with_causes(mut self, causes: Option<String>) -> Self {
        self.causes = causes;
        self
    }

    /// Where it failed.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The kind of the error: the method's own where it returned one, else what a server makes of it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What the caller reads. Of a panic, its text, which a server does not show.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What only the log gets: the chain of causes, joined by `: `.
    #[must_use]
    pub fn causes(&self) -> Option<&str> {
        self.causes.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
