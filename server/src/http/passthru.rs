//! Vendor passthru over HTTP, at both levels and in both URL forms: takes a request apart for `dispatch.rs` and
//! frames its answer. It decides nothing about methods.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use hyper::body::Incoming;

use super::accept::takes_json;
use super::body::{self, Body};
use super::edge::{self, Asked, base_url};
use super::fault::Fault;
use super::nodes::malformed;
use super::path::{Passthru, VENDOR_PASSTHRU};
use crate::ascii;
use crate::catalogue::Method;
use crate::context::Context;
use crate::dispatch::{Answer, Attached, Attachment, CallError, CallTarget, Request, dispatch, enabled, find};
use crate::metrics::Called;
use crate::nodes;

/// The version since which a node is addressed by its name as well.
const NODE_NAMES: u16 = 5;

/// Answers a request under `vendor_passthru`.
pub(crate) async fn answer<'c>(
    context: &'c Arc<Context>,
    asked: Asked,
    path: &Passthru<'_>,
    parts: &Parts,
    body: Incoming,
    called: &mut Called<'c>,
) -> Result<edge::Answer, Fault> {
    if let CallTarget::Node(ident) = path.target()
        && !asked.version.reaches(NODE_NAMES)
        && nodes::uuid(ident).is_none()
    {
        return Err(no_node(ident));
    }
    let is_listing = path.method.as_deref() == Some("methods") && parts.method == http::Method::GET;
    if asked.names_types && !takes_json(&parts.headers) && (is_listing || !attaches(context, path, parts)) {
        return Err(Fault::only_json());
    }
    if is_listing {
        return listing(context, path, parts);
    }
    let (named, query) = query(parts.uri.query().unwrap_or(""));
    let method = method_name(path, named)?;
    let api = &context.config.api;
    let body = body::read(body, api.max_json_body_size_bytes, api.body_timeout).await?;
    let request = Request {
        target: path.target(),
        method: &method,
        verb: parts.method.as_str(),
        query: &query,
        body: &body,
        content_type: parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok()),
        origin: asked.origin,
    };
    let answer = dispatch(context, request, called).await;
    let answer = answer.map_err(|error| match error {
        CallError::NodeNotFound(ident) => no_node(&ident),
        other => other.into(),
    })?;
    match answer {
        Answer::Nothing => Ok(Response::new(Body::default()).into()),
        Answer::Json(text) => Ok(edge::Answer::json(text.into())),
        Answer::Attachment(attachment) => Ok(framed(*attachment).into()),
        Answer::Accepted { task } => {
            let mut response = Response::new(Body::default());
            *response.status_mut() = StatusCode::ACCEPTED;
            let location = format!("{}/v1/tasks/{task}", base_url(api, parts));
            if let Ok(location) = HeaderValue::try_from(location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response.into())
        }
    }
}

/// 404 of a node that is not there; 400 of what can be none.
fn no_node(ident: &str) -> Fault {
    malformed(ident, VENDOR_PASSTHRU, true).unwrap_or_else(|| CallError::NodeNotFound(ident.into()).into())
}

/// How a query names the method.
enum Named<'a> {
    Not,
    Once(Cow<'a, str>),
    Again,
}

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// What a query says of the method, and its other pairs.
fn query(text: &str) -> (Named<'_>, Vec<Pair<'_>>) {
    let (mut named, mut others) = (Named::Not, Vec::new());
    // The form that most have who name it here, without a look at each character by itself.
    if let Some(name) = text.strip_prefix("method=")
        && name
            .bytes()
            .fold(true, |plain, byte| plain & !matches!(byte, b'&' | b'%' | b'+'))
    {
        return (Named::Once(Cow::Borrowed(name)), others);
    }
    let mut rest = text;
    while !rest.is_empty() {
        let (pair, more) = split_at(rest, |byte| byte == b'&');
        rest = more;
        if pair.is_empty() {
            continue;
        }
        let (key, value) = if pair.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
            form_urlencoded::parse(pair.as_bytes()).next().unwrap_or_default()
        } else {
            let (key, value) = split_at(pair, |byte| byte == b'=');
            (Cow::Borrowed(key), Cow::Borrowed(value))
        };
        if key == "method" {
            named = if matches!(named, Named::Not) {
                Named::Once(value)
            } else {
                Named::Again
            };
        } else {
            others.push((key, value));
        }
    }
    (named, others)
}

/// What comes before the first such byte, an ASCII one, and what after it. The search that `str` brings is made for
/// texts longer than these.
fn split_at(text: &str, is_end: impl Fn(u8) -> bool) -> (&str, &str) {
    match text.bytes().position(is_end) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, ""),
    }
}

/// The method's name, which stands in the path or in the query.
fn method_name<'a>(path: &'a Passthru<'_>, named: Named<'a>) -> Result<Cow<'a, str>, Fault> {
    match (&path.method, named) {
        (Some(method), Named::Not) => Ok(Cow::Borrowed(method)),
        (Some(method), _) => Err(Fault::bad_request(format!(
            "the method is named twice, as {method} in the path and again in the query; leave out method= in the query"
        ))),
        (None, Named::Not) => Err(Fault::bad_request("Missing mandatory parameter: method")),
        (None, Named::Once(method)) if method.is_empty() => Err(Fault::bad_request("Method not specified")),
        (None, Named::Once(method)) => Ok(method),
        (None, Named::Again) => Err(Fault::bad_request("method= is given more than once in the query")),
    }
}

/// Whether what is called answers with raw bytes, whose type the client may well have asked for.
fn attaches(context: &Context, path: &Passthru<'_>, parts: &Parts) -> bool {
    let (named, _) = query(parts.uri.query().unwrap_or(""));
    let Ok(name) = method_name(path, named) else {
        return false;
    };
    find(context, path.target(), &name).is_ok_and(|(_, _, method)| method.record().attach)
}

fn listing(context: &Context, path: &Passthru<'_>, parts: &Parts) -> Result<edge::Answer, Fault> {
    if let Some((key, _)) = form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()).next() {
        return Err(Fault::bad_request(format!("Unexpected arguments: {key}")));
    }
    let listing = match path.target() {
        CallTarget::Node(ident) => {
            let node = context.nodes.find(ident).ok_or_else(|| no_node(ident))?;
            enabled(context, &node)?.node_listing()
        }
        CallTarget::Driver(name) => context
            .catalogue
            .driver(name)
            .ok_or_else(|| CallError::DriverUnknown(name.into()))?
            .driver_listing(),
    };
    Ok(edge::Answer::ready(listing.clone()))
}

/// One method as a listing has it, and its whole documentation.
pub(super) fn described(method: Option<&Arc<Method>>, name: String) -> Result<axum::response::Response, Fault> {
    match method {
        Some(method) => Ok(json(method.described().clone()).map(Into::into)),
        None => {
            let hint = "; its listing, one segment less, has those there are".into();
            Err(Fault::not_found(
                CallError::UnknownMethod { method: name, hint }.to_string(),
            ))
        }
    }
}

/// 200 with JSON text.
pub(crate) fn json(text: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(ascii::bytes(text)));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// 200 with raw bytes.
fn framed(attachment: Attachment) -> Response<Body> {
    let Attachment {
        bytes,
        content_type,
        file_name,
    } = attachment;
    let mut response = Response::new(match bytes {
        Attached::Whole(bytes) => Body::from(bytes),
        Attached::Stream(stream) => Body::from(stream),
    });
    // What a driver gives may be no header value; the bytes are served all the same.
    let content_type =
        HeaderValue::try_from(content_type).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    if let Some(name) = file_name {
        let name: String = name
            .chars()
            .filter(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\'))
            .collect();
        if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
        }
    }
    response
}

#[cfg(feature = "fuzzing")]
impl crate::fuzzing::Parts {
    /// What a query names as the method, as often as it does, but at most twice; and its other pairs.
    pub fn passthru_query(text: &str) -> (Vec<Option<String>>, Vec<(String, String)>) {
        let (named, others) = query(text);
        let named = match named {
            Named::Not => Vec::new(),
            Named::Once(name) => vec![Some(name.into_owned())],
            Named::Again => vec![None; 2],
        };
        let others = others.into_iter().map(|(key, value)| (key.into(), value.into()));
        (named, others.collect())
    }
}
