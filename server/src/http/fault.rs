//! The only place where an error becomes a status and a body: Ironic's fault, a string of JSON inside JSON.
//! What is known of an error before it comes here is its kind and its text; which requests may be sent again
//! is promised here (409 and 503: nothing was carried out).

use bessemer::Kind;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::body::Body;
use super::version;
use crate::ascii;
use crate::dispatch::CallError;
use crate::store::{StoreError, cut};

/// An error as a client sees it.
#[derive(Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    text: String,
    shape: Shape,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Which of Ironic's two bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `faultcode`, `faultstring`, `debuginfo`: from controllers and methods.
    Controller,
    /// `code`, `title`, `description`: where no controller was reached. Such answers carry no version headers.
    Routing,
    /// `faultcode` and `faultstring` by themselves: a body that is too large or too deep, which is seen before any
    /// controller is reached.
    Bare,
}

impl Fault {
    /// An error of a controller or a method.
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
            shape: Shape::Controller,
            headers: Vec::new(),
        }
    }

    /// 400.
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    /// 404 of a thing that is not there.
    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    /// 409.
    pub(crate) fn conflict(text: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, text)
    }

    /// 406: a version below a gate, or one that is not served.
    pub(crate) fn not_acceptable(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, text)
    }

    /// 404 of a path that leads nowhere.
    pub(crate) fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The resource could not be found.").routing()
    }

    /// 405 with the verbs that are allowed.
    pub(crate) fn verb_not_allowed(allow: &'static str) -> Self {
        let mut fault = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "The server could not comply with the request since it is either malformed or otherwise incorrect.",
        )
        .routing();
        fault.headers.push((header::ALLOW, HeaderValue::from_static(allow)));
        fault
    }

    /// 406 of a version that is not served.
    pub(crate) fn version_not_served(asked: &str) -> Self {
        let (min, max) = (version::MIN_TEXT, version::MAX_TEXT);
        Self::not_acceptable(format!(
            "Version {asked} was requested but the minor version is not supported by this service. \
             The supported version range is: [{min}, {max}]."
        ))
        .without_a_version_used()
    }

    /// 406 of a client that takes no JSON.
    pub(crate) fn only_json() -> Self {
        Self::not_acceptable("The Accept header leaves out application/json, which is all that is made here.")
            .without_a_version_used()
    }

    /// Carries the range of versions, but no version used.
    fn without_a_version_used(self) -> Self {
        let mut fault = self.routing();
        let range = [
            (&version::MIN_VERSION, version::MIN_TEXT),
            (&version::MAX_VERSION, version::MAX_TEXT),
        ];
        let range = range.map(|(name, text)| (name.clone(), HeaderValue::from_static(text)));
        fault.headers.extend(range);
        fault
    }

    /// 413; the connection ends, as the rest of the body was not read.
    pub(crate) fn body_too_large(max: usize) -> Self {
        let text =
            format!("Request object too large: the body may have {max} bytes; api.max_json_body_size is the bound");
        Self {
            shape: Shape::Bare,
            ..Self::new(StatusCode::PAYLOAD_TOO_LARGE, text)
        }
        .closing()
    }

    /// Ends the connection after the answer.
    pub(crate) fn closing(mut self) -> Self {
        self.headers
            .push((header::CONNECTION, HeaderValue::from_static("close")));
        self
    }

    /// The same in the other body.
    pub(crate) fn routing(mut self) -> Self {
        self.shape = Shape::Routing;
        self
    }

    /// The same in the body that controllers give.
    pub(crate) fn controller(mut self) -> Self {
        self.shape = Shape::Controller;
        self
    }

    /// When the client may try again.
    pub(crate) fn retry_after(mut self, seconds: u16) -> Self {
        self.headers.push((header::RETRY_AFTER, seconds.into()));
        self
    }

    /// The verbs that a method does answer.
    pub(crate) fn allow(mut self, verbs: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(verbs) {
            self.headers.push((header::ALLOW, value));
        }
        self
    }

    /// Whether no version headers belong on the answer: no controller was reached.
    pub(crate) fn is_routing(&self) -> bool {
        self.shape != Shape::Controller
    }

    /// The answer.
    pub(crate) fn into_response(self) -> Response<Body> {
        let text = cut(&self.text, TEXT_BYTES_MAX);
        let faultcode = if self.status.is_client_error() {
            "Client"
        } else {
            "Server"
        };
        let inner = match self.shape {
            Shape::Controller => json!({ "faultcode": faultcode, "faultstring": text, "debuginfo": null }),
            Shape::Routing => json!({
                "code": self.status.as_u16(),
                "title": self.status.canonical_reason().unwrap_or(""),
                "description": text,
            }),
            Shape::Bare => json!({ "faultcode": faultcode, "faultstring": text }),
        };
        let body = match self.shape {
            Shape::Bare => ascii::text(inner.to_string()),
            // A string that holds JSON: the `baremetal` client dies of an object here.
            _ => json!({ "error_message": ascii::text(inner.to_string()) }).to_string(),
        };
        let mut response = Response::new(Body::from(Bytes::from(body)));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }
}

/// More than a reader wants to know: a text that lists all that is wrong with a large body is cut here.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// The status of each kind of error, once.
fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid | Kind::Unsupported => StatusCode::BAD_REQUEST,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Rejected => StatusCode::BAD_GATEWAY,
        Kind::Silent => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<CallError> for Fault {
    fn from(error: CallError) -> Self {
        let text = error.to_string();
        match error {
            CallError::NodeNotFound(_)
            | CallError::DriverNotFound(_)
            | CallError::DriverUnknown(_)
            | CallError::DriverNotEnabled { .. } => Self::not_found(text),
            CallError::UnknownMethod { .. } | CallError::Arguments(_) | CallError::Form | CallError::NotValid(_) => {
                Self::bad_request(text)
            }
            CallError::VerbNotAllowed { allowed, .. } => Self::bad_request(text).allow(&allowed),
            CallError::TooDeep { .. } => Self {
                shape: Shape::Bare,
                ..Self::bad_request(text)
            },
            CallError::Locked { .. } | CallError::DriverChanged(_) => Self::conflict(text),
            CallError::QueueFull(_) | CallError::NoWorker(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, text).retry_after(RETRY_AFTER_S)
            }
            CallError::Stopping => Self::new(StatusCode::SERVICE_UNAVAILABLE, text).retry_after(RETRY_AFTER_STOP_S),
            CallError::Failed(error) => Self::new(status(error.kind()), text),
            CallError::Panicked | CallError::NotSaved(_) | CallError::TooLarge { .. } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, text)
            }
            CallError::TimedOut { .. } => Self::new(StatusCode::GATEWAY_TIMEOUT, text),
            // Not 503: a part of it may have been carried out.
            CallError::Stopped(_) | CallError::Cancelled { .. } => Self::new(StatusCode::INTERNAL_SERVER_ERROR, text),
            CallError::Store(error) => error.into(),
        }
    }
}

/// After how many seconds a refused call may be sent again.
const RETRY_AFTER_S: u16 = 1;

/// The same where the server stops: about as long as it takes until it, or another one, is back.
const RETRY_AFTER_STOP_S: u16 = 5;

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        match error {
            StoreError::NotFound { .. } => Self::not_found(text),
            StoreError::NameTaken { .. }
            | StoreError::UuidTaken { .. }
            | StoreError::MovedRevision { .. }
            | StoreError::TaskFinal { .. } => Self::conflict(text),
            StoreError::TooManyNodes { .. } => Self::new(StatusCode::FORBIDDEN, text),
            StoreError::NodeTooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, text),
            StoreError::Full { .. } => Self::new(StatusCode::INSUFFICIENT_STORAGE, text),
            StoreError::Busy { .. } | StoreError::Slow { .. } | StoreError::Closed => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, text).retry_after(RETRY_AFTER_S)
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, text),
        }
    }
}
