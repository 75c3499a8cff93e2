//! What machines ask to learn if this server is well: `/livez` (it answers), `/readyz` (it may be sent requests, with
//! a list of checks), `/healthcheck` (the same, as Ironic's middleware says it) and `/metrics` (`metrics.rs`). They need
//! no API version and leave no line in the access log but at the level debug. What is checked is in `crate::health`.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use serde_json::{Value, json};

use super::body::Body;
use super::fault::Fault;
use super::metrics;
use crate::context::Context;
use crate::health::{Check, checks};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    Live,
    Ready,
    Healthcheck,
    Metrics,
}

impl Probe {
    /// Takes a path apart; `None` if it leads elsewhere.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path {
            "/livez" => Some(Self::Live),
            "/readyz" => Some(Self::Ready),
            "/healthcheck" => Some(Self::Healthcheck),
            "/metrics" => Some(Self::Metrics),
            _ => None,
        }
    }
}

/// Answers a probe.
pub(crate) async fn answer(context: &Arc<Context>, probe: Probe, verb: &Method) -> Result<Response<Body>, Fault> {
    let is_served = match probe {
        Probe::Live | Probe::Ready => true,
        Probe::Healthcheck => context.config.healthcheck.enabled,
        Probe::Metrics => context.config.metrics.enabled,
    };
    if !is_served {
        return Err(Fault::no_route());
    }
    let is_head = *verb == Method::HEAD;
    if !is_head && *verb != Method::GET {
        return Err(Fault::verb_not_allowed("GET, HEAD"));
    }
    match probe {
        Probe::Live => return Ok(text(StatusCode::OK, "OK")),
        Probe::Metrics => return metrics::page(context).await,
        Probe::Ready | Probe::Healthcheck => {}
    }
    let checks = checks(context).await;
    let is_ready = checks.iter().all(|check| check.is_ok);
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    Ok(match probe {
        Probe::Healthcheck if is_ready && is_head => text(StatusCode::NO_CONTENT, ""),
        Probe::Healthcheck if is_ready => text(status, "OK"),
        Probe::Healthcheck => text(status, reasons(&checks)),
        Probe::Live | Probe::Metrics | Probe::Ready => document(status, &checks),
    })
}

fn reasons(checks: &[Check]) -> String {
    let wrong = checks.iter().filter(|check| !check.is_ok);
    wrong.map(|check| check.detail.as_str()).collect::<Vec<_>>().join("\n")
}

fn document(status: StatusCode, checks: &[Check]) -> Response<Body> {
    let checks: Vec<Value> = checks
        .iter()
        .map(|check| json!({ "name": check.name, "ok": check.is_ok, "detail": check.detail }))
        .collect();
    let document = json!({ "ready": status.is_success(), "checks": checks });
    framed(status, "application/json", document.to_string().into())
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    framed(status, "text/plain; charset=UTF-8", text.into())
}

fn framed(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    // An answer of a minute ago is no answer.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
