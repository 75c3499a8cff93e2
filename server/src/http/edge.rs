//! What every request gets, once and in one place: an id, a version, a clock, protection from panics, the common
//! headers (`common.rs`), a line in the access log. A stack of layers would say the same at several times the price.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tokio::time::Instant;
use tower_service::Service as _;
use uuid::Uuid;

use super::body::Body;
use super::common;
use super::fault::Fault;
use super::head::Head;
use super::health::{self, Probe};
use super::version::Version;
use super::{Api, passthru, path};
use crate::ascii;
use crate::call::Origin;
use crate::telemetry::access;

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
    let request_id = RequestId::of(origin.request);
    let (mut parts, body) = request.into_parts();

    let head = Head::of(&parts);
    let probe = Probe::of(parts.uri.path());
    let (version, answer) = match probe {
        // Who asks for the health knows no versions.
        Some(probe) => (None, contained(Box::pin(health(api, probe, &parts)).as_mut()).await),
        // Nor does who asks what may be asked.
        None if parts.method == Method::OPTIONS => (None, Response::new(Body::default()).into()),
        None => match head.version(&parts) {
            Ok(version) => {
                let asked = Asked {
                    origin,
                    version,
                    names_types: head.names_types,
                };
                let routed = contained(pin!(route(api, asked, head.size, &mut parts, body))).await;
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
    if api.context.stopping.is_raised() {
        // The next request is for whoever serves then.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    api.access.write(&access::Line {
        verb: &parts.method,
        path: parts.uri.path(),
        peer,
        request: &request_id.0,
        status: response.status(),
        arrived,
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
        Self {
            is_json: true,
            ..Response::new(Body::from(ascii::bytes(text))).into()
        }
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

/// Vendor passthru is matched by hand, being what this server is for; all other routes are axum's.
/// Takes out of `parts` what it needs; verb and URI stay for the log.
async fn route(api: &Api, asked: Asked, head: usize, parts: &mut Parts, body: Incoming) -> Answer {
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
    if asked.version.predates(path::JSON_SUFFIX_ENDED) {
        path::strip_json_suffix(&mut parts.uri);
    }
    if let Some(path) = path::Passthru::of(parts.uri.path()) {
        return match passthru::answer(&api.context, asked, &path, parts, body).await {
            Ok(answer) => answer,
            Err(fault) => fault.into(),
        };
    }
    let mut request = Request::new(axum::body::Body::new(body));
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.headers_mut() = std::mem::take(&mut parts.headers);
    path::normalise(request.uri_mut());
    // axum answers HEAD wherever it answers GET; Ironic does at the root only.
    if *request.method() == Method::HEAD && !path::is_root(request.uri().path()) {
        *request.method_mut() = Method::from_bytes(b"HEAD-").expect("letters and a hyphen are a method");
    }
    request.extensions_mut().insert(asked);
    let mut router = api.router.clone();
    let response = router.call(request).await.unwrap_or_else(|never| match never {});
    let reached = response.extensions().get::<Unreached>().is_none();
    Answer {
        response: response.map(Body::from),
        reached,
        is_json: false,
    }
}

/// A panic becomes a 500. What a method does is contained closer to it; this is for all else.
async fn contained(mut work: Pin<&mut impl Future<Output = Answer>>) -> Answer {
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(panic) => {
            tracing::error!(panic = crate::worker::text(&*panic), "panic while answering a request");
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

    fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("hex digits and hyphens are a header value")
    }
}

/// The scheme and host that links in answers begin with.
pub(crate) fn base_url(api: &crate::config::Api, parts: &Parts) -> String {
    match &api.public_endpoint {
        Some(url) => url.clone(),
        None => {
            let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
            format!("http://{}", host.unwrap_or("localhost"))
        }
    }
}
