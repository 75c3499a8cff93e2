//! What every request gets, once and in one place: an id, a version, a clock, protection from panics, the
//! common headers, a line in the access log. A stack of layers would say the same at several times the price.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tokio::time::Instant;
use tower_service::Service as _;
use uuid::Uuid;

use super::body::Body;
use super::fault::Fault;
use super::health::{self, Probe};
use super::version::{self, Version};
use super::{Api, passthru, path};
use crate::call::Origin;
use crate::telemetry::access;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");
static REQUEST_ID_SHORT: HeaderName = HeaderName::from_static("openstack-request-id");

/// What handlers know of their request beside its parts.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Who asks, and since when.
    pub(crate) origin: Origin,
    /// In which version.
    pub(crate) version: Version,
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

    let probe = Probe::of(parts.uri.path());
    let (version, answer) = match probe {
        // Who asks for the health knows no versions.
        Some(probe) => (None, contained(Box::pin(health(api, probe, &parts)).as_mut()).await),
        None => match Version::negotiate(&parts.headers) {
            Ok(version) => {
                let routed = contained(pin!(route(api, Asked { origin, version }, &mut parts, body))).await;
                (Some(version), routed)
            }
            Err(asked) => (None, version_not_served(&asked.0, &parts)),
        },
    };
    let Answer { mut response, reached } = answer;

    let headers = response.headers_mut();
    if let (Some(version), true) = (version, reached) {
        headers.insert(&version::MIN_VERSION, HeaderValue::from_static(version::MIN_TEXT));
        headers.insert(&version::MAX_VERSION, HeaderValue::from_static(version::MAX_TEXT));
        headers.insert(&version::VERSION, version.header());
    }
    let id = request_id.header();
    headers.insert(&REQUEST_ID_SHORT, id.clone());
    headers.insert(&REQUEST_ID, id);
    if api.context.stopping.is_raised() {
        // The next request is for whoever serves then.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    api.access.write(&access::Line {
        verb: &parts.method,
        path: parts.uri.path(),
        peer,
        request: request_id.as_str(),
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
struct Answer {
    response: Response<Body>,
    /// Whether a controller was reached: only then it carries version headers.
    reached: bool,
}

impl From<Response<Body>> for Answer {
    fn from(response: Response<Body>) -> Self {
        Self {
            response,
            reached: true,
        }
    }
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        let reached = !fault.is_routing();
        Self {
            response: fault.into_response(),
            reached,
        }
    }
}

/// On a response of axum's: no controller was reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unreached;

/// Vendor passthru is matched by hand, being what this server is for; all other routes are axum's.
/// Takes out of `parts` what it needs; verb and URI stay for the log.
async fn route(api: &Api, asked: Asked, parts: &mut Parts, body: Incoming) -> Answer {
    if let Some(path) = path::Passthru::of(parts.uri.path()) {
        return match passthru::answer(&api.context, asked, &path, parts, body).await {
            Ok(response) => response.into(),
            Err(fault) => fault.into(),
        };
    }
    if parts.method == Method::OPTIONS {
        return Response::new(Body::default()).into();
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

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hex digits and hyphens are text")
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
