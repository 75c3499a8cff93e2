//! What every request gets, once and in one place: an id, a version, a clock, protection from panics, the common
//! headers (`common.rs`), a line in the access log. A stack of layers would say the same at several times the price.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use axum::response::IntoResponse;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tokio::time::Instant;
use tower_service::Service as _;
use uuid::Uuid;

use super::ask::Ask;
use super::body::Body;
use super::common;
use super::fault::Fault;
use super::head::Head;
use super::health::{self, Probe};
use super::version::Version;
use super::{Api, passthru, path};
use crate::ascii;
use crate::call::Origin;
use crate::metrics::{Called, Route};
use crate::telemetry::{access, panics};

/// What handlers know of their request beside its parts.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Who asks, and since when.
    pub(crate) origin: Origin,
    /// In which version.
    pub(crate) version: Version,
    /// Whether it says what its client takes.
    pub(crate) names_types: bool,
}

/// Answers one request.
/// `peer` is the client's address as text.
pub(crate) async fn answer(api: &Api, peer: &str, request: Request<Incoming>) -> Response<Body> {
    let arrived = Instant::now();
    let origin = Origin {
        request: Uuid::new_v4(),
        caller: None,
    };
    let id = origin.request;
    let request_id = RequestId::of(id);
    let (mut parts, body) = request.into_parts();

    let head = Head::of(&parts);
    let probe = Probe::of(parts.uri.path());
    let mut called = Called::default();
    let (version, answer) = match probe {
        // Who asks for the health knows no versions.
        Some(probe) => (None, contained(id, Box::pin(health(api, probe, &parts)).as_mut()).await),
        // Nor does who asks what may be asked.
        None if parts.method == Method::OPTIONS => (None, Response::new(Body::default()).into()),
        None => match head.version(&parts) {
            Ok(version) => {
                let asked = Asked {
                    origin,
                    version,
                    names_types: head.names_types,
                };
                let routed = contained(id, pin!(route(api, asked, head.size, &mut parts, body, &mut called))).await;
                (Some(version), routed)
            }
            Err(asked) => (None, version_not_served(&asked.0, &parts)),
        },
    };
    let Answer {
        mut response,
        reached,
        is_json,
    } = answer;

    match version {
        Some(version) if reached => api.common.give(&mut response, is_json, version, request_id.header()),
        _ => common::give_id(&mut response, request_id.header()),
    }
    if head.names_version && response.status() == StatusCode::SERVICE_UNAVAILABLE {
        // Ironic sends no such header. Its clients know by themselves when to ask again, but `baremetal` falls over one.
        response.headers_mut().remove(header::RETRY_AFTER);
    }
    if api.context.stopping.is_raised() {
        // The next request is for whoever serves then.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    if probe.is_some() {
        called.route = Route::Probe;
    }
    let took = arrived.elapsed();
    api.context.metrics.answered(called, response.status().as_u16(), took);
    api.access.write(&access::Line {
        verb: &parts.method,
        path: parts.uri.path(),
        peer,
        request: &request_id.0,
        status: response.status(),
        took,
        is_probe: probe.is_some(),
    });
    response
}

async fn health(api: &Api, probe: Probe, parts: &Parts) -> Answer {
    match health::answer(&api.context, probe, &parts.method).await {
        Ok(response) => response.into(),
        Err(fault) => fault.into(),
    }
}

fn version_not_served(asked: &str, parts: &Parts) -> Answer {
    let fault = Fault::version_not_served(asked);
    if path::is_root(parts.uri.path()) {
        fault.controller().into()
    } else {
        fault.into()
    }
}

/// An answer without the headers that all get.
pub(crate) struct Answer {
    response: Response<Body>,
    /// Whether a controller was reached: only then it carries version headers.
    reached: bool,
    /// Whether the content type of JSON is still to be given to it.
    is_json: bool,
}

impl Answer {
    /// 200 with JSON text.
    pub(crate) fn json(text: Bytes) -> Self {
        Self::ready(ascii::bytes(text))
    }

    /// 200 with JSON text that is ASCII already.
    pub(crate) fn ready(text: Bytes) -> Self {
        Self {
            is_json: true,
            ..Response::new(Body::from(text)).into()
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> axum::response::Response {
        let mut response = self.response;
        if self.is_json {
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
        }
        response.map(Into::into)
    }
}

impl From<Response<Body>> for Answer {
    fn from(response: Response<Body>) -> Self {
        Self {
            response,
            reached: true,
            is_json: false,
        }
    }
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        let reached = !fault.is_routing();
        Self {
            response: fault.into_response(),
            reached,
            is_json: false,
        }
    }
}

/// On a response of axum's: no controller was reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unreached;

/// Vendor passthru is matched by hand, being what this server is for, and so are the reads that clients repeat; all
/// other routes are axum's.
/// Takes out of `parts` what it needs; verb and URI stay for the log.
async fn route<'a>(
    api: &'a Api,
    asked: Asked,
    head: usize,
    parts: &mut Parts,
    body: Incoming,
    called: &mut Called<'a>,
) -> Answer {
    let head_max = api.context.config.api.max_header_size_bytes;
    if head > head_max {
        return Fault::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            format!(
                "the request's head has {head} bytes, at most {head_max} are taken; api.max_header_size is the bound"
            ),
        )
        .into();
    }
    path::decode_unreserved(&mut parts.uri);
    if asked.version.predates(path::JSON_SUFFIX_ENDED) {
        path::strip_json_suffix(&mut parts.uri);
    }
    if let Some(read) = super::often(&parts.method, parts.uri.path()) {
        let ask = Ask::of(&api.context, asked, parts, axum::body::Body::empty());
        return ask.and_then(read).unwrap_or_else(Into::into);
    }
    if let Some(path) = path::Passthru::of(parts.uri.path()) {
        called.route = Route::VendorPassthru;
        return match passthru::answer(&api.context, asked, &path, parts, body, called).await {
            Ok(answer) => answer,
            Err(fault) => fault.into(),
        };
    }
    let mut request = Request::new(axum::body::Body::new(body));
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = std::mem::take(&mut parts.headers);
    path::normalise(request.uri_mut());
    // axum answers HEAD wherever it answers GET; Ironic does where clients discover it only.
    if *request.method() == Method::HEAD && !path::is_discovery(request.uri().path()) {
        *request.method_mut() = Method::from_bytes(b"HEAD-").expect("letters and a hyphen are a method");
    }
    request.extensions_mut().insert(asked);
    let mut router = api.router.clone();
    let mut response = router.call(request).await.unwrap_or_else(|never| match never {});
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        // axum has it on all that comes of a verb that a route does not answer.
        response.headers_mut().remove(header::ALLOW);
    }
    let reached = response.extensions().get::<Unreached>().is_none();
    Answer {
        response: response.map(Body::from),
        reached,
        is_json: false,
    }
}

/// A panic becomes a 500. What a method does is contained closer to it; this is for all else.
async fn contained(request: Uuid, mut work: Pin<&mut impl Future<Output = Answer>>) -> Answer {
    poll_fn(|cx| match panics::catch(|| work.as_mut().poll(cx)) {
        Ok(poll) => poll,
        Err(panic) => {
            let (text, at, backtrace) = (panic.text(), panic.at(), panic.backtrace());
            let request_id = format_args!("req-{request}");
            tracing::error!(
                request_id,
                panic = text,
                at,
                backtrace,
                "panic while answering a request"
            );
            Poll::Ready(
                Fault::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the server failed by a fault of its own; its log has more under this request's id",
                )
                .into(),
            )
        }
    })
    .await
}

/// `req-` and a uuid, as text on the stack.
struct RequestId([u8; 4 + uuid::fmt::Hyphenated::LENGTH]);

impl RequestId {
    fn of(id: Uuid) -> Self {
        let mut text = [0; 4 + uuid::fmt::Hyphenated::LENGTH];
        text[..4].copy_from_slice(b"req-");
        id.hyphenated().encode_lower(&mut text[4..]);
        Self(text)
    }

    /// Counted from the beginning: an answer has it twice.
    fn header(&self) -> HeaderValue {
        HeaderValue::from_maybe_shared(Bytes::from_owner(self.0)).expect("hex digits and hyphens are a header value")
    }
}

/// The scheme and host that links in answers begin with.
pub(crate) fn base_url(api: &crate::config::Api, parts: &Parts) -> String {
    match &api.public_endpoint {
        Some(url) => url.clone(),
        None => {
            let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
            ["http://", host.unwrap_or("localhost")].concat()
        }
    }
}
