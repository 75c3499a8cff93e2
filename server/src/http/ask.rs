//! What a handler of the built-in routes is given: the request taken apart once, the same way for all of them.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use http::request::Parts;
use http::{HeaderValue, Uri, header};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::Instant;
use uuid::Uuid;

use super::accept::takes_json;
use super::body;
use super::document;
use super::edge::{Asked, base_url};
use super::fault::Fault;
use super::passthru::json;
use super::path;
use super::query::Query;
use super::version::Version;
use crate::call::Origin;
use crate::context::Context;
use crate::dispatch::{CallError, is_blank, is_form};
use crate::lock::Who;

/// The place of [`Ask::ident`] in `/v1/nodes/X`.
pub(super) const IDENT: usize = 3;

/// One request to a built-in route.
pub(crate) struct Ask {
    /// The server's state.
    pub(crate) context: Arc<Context>,
    /// The version it is to be answered in.
    pub(crate) version: Version,
    /// The query.
    pub(crate) query: Query,
    /// What links begin with.
    pub(crate) base: String,
    /// What the path names after the collection: a node, a driver, a conductor.
    pub(crate) ident: String,
    uri: Uri,
    origin: Origin,
    body: axum::body::Body,
    content_type: Option<HeaderValue>,
}

impl FromRequest<Arc<Context>> for Ask {
    type Rejection = Fault;

    async fn from_request(request: Request, context: &Arc<Context>) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let asked = parts
            .extensions
            .remove::<Asked>()
            .expect("the edge tells every request what was asked");
        let mut ask = Self::of(context, asked, &parts, body)?;
        ask.content_type = parts.headers.remove(header::CONTENT_TYPE);
        Ok(ask)
    }
}

/// A segment of a path, decoded.
pub(super) fn segment(uri: &Uri, index: usize) -> String {
    // The search that `str` brings is made for longer texts.
    let slash = |text: &str| text.bytes().position(|byte| byte == b'/');
    let mut rest = uri.path();
    for _ in 0..index {
        rest = slash(rest).map_or("", |end| &rest[end + 1..]);
    }
    path::decode(&rest[..slash(rest).unwrap_or(rest.len())]).into_owned()
}

impl Ask {
    /// Takes a request apart.
    ///
    /// # Errors
    /// 406 if its client takes no JSON.
    pub(super) fn of(
        context: &Arc<Context>,
        asked: Asked,
        parts: &Parts,
        body: axum::body::Body,
    ) -> Result<Self, Fault> {
        if asked.names_types && !takes_json(&parts.headers) {
            return Err(Fault::only_json());
        }
        Ok(Self {
            context: Arc::clone(context),
            version: asked.version,
            query: Query::of(&parts.uri),
            base: base_url(&context.config.api, parts),
            ident: segment(&parts.uri, IDENT),
            uri: parts.uri.clone(),
            origin: asked.origin,
            body,
            content_type: None,
        })
    }

    /// The query as it was sent.
    pub(super) fn raw_query(&self) -> &str {
        self.uri.query().unwrap_or("")
    }

    /// The segment of the path that comes so many after [`Ask::ident`].
    pub(crate) fn after_ident(&self, places: usize) -> String {
        segment(&self.uri, IDENT + places)
    }

    /// The request's id.
    pub(crate) fn request(&self) -> Uuid {
        self.origin.request
    }

    /// For the lock that a built-in operation takes.
    pub(crate) fn who(&self, operation: &'static str) -> Who {
        Who {
            operation,
            request: self.origin.request,
            task: None,
            // Not since the request came: a slow body uses up none of the wait.
            arrived: Instant::now(),
        }
    }

    /// Ends the reading of a query that has no parameters.
    pub(crate) fn no_query(&mut self) -> Result<(), Fault> {
        std::mem::take(&mut self.query).finish()
    }

    /// The body as JSON; `None` if there is none, or `null`.
    ///
    /// # Errors
    /// 400 if it is no JSON, declared as a form, nested too deep, or has a key twice; 413 if it is too long.
    pub(crate) async fn document(&mut self) -> Result<Option<Value>, Fault> {
        let api = &self.context.config.api;
        let bytes = body::read(
            std::mem::take(&mut self.body),
            api.max_json_body_size_bytes,
            api.body_timeout,
        )
        .await?;
        if is_blank(&bytes) {
            return Ok(None);
        }
        let content_type = self.content_type.as_ref().and_then(|kind| kind.to_str().ok());
        if is_form(content_type) {
            return Err(CallError::Form.into());
        }
        Ok(Some(document::read(&bytes, api.max_json_body_depth)?).filter(|value| !value.is_null()))
    }

    /// The body as a JSON object; empty if there is none.
    ///
    /// # Errors
    /// Those of [`Ask::document`], and 400 if it is another kind of value.
    pub(crate) async fn object(&mut self) -> Result<Map<String, Value>, Fault> {
        match self.document().await? {
            None => Ok(Map::new()),
            Some(Value::Object(map)) => Ok(map),
            Some(other) => Err(Fault::bad_request(format!(
                "the body must be a JSON object, not {}",
                document::kind(&other)
            ))),
        }
    }

    /// Ends the reading of a request that has no arguments, in its body or elsewhere.
    ///
    /// # Errors
    /// Those of [`Ask::object`], and 400 with the keys that were given.
    pub(crate) async fn no_body(&mut self) -> Result<(), Fault> {
        let names: Vec<String> = self.object().await?.into_iter().map(|(name, _)| name).collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(Fault::bad_request(format!(
            "Unexpected arguments: {}",
            names.join(", ")
        )))
    }
}

/// A status with a JSON body.
pub(crate) fn answer(document: &impl Serialize) -> Result<axum::response::Response, Fault> {
    match serde_json::to_vec(document) {
        Ok(text) => Ok(json(text.into()).map(Into::into)),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            Err(Fault::new(
                http::StatusCode::INTERNAL_SERVER_ERROR,
                "the answer cannot be written as JSON",
            ))
        }
    }
}

/// Work that goes on to its end when its client leaves: between disk and memory nothing may be forgotten.
///
/// # Errors
/// Those of the work; 500 if it panics.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Fault>> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        // To the handling of all panics, at the edge.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Fault::new(
                http::StatusCode::INTERNAL_SERVER_ERROR,
                "stopped with the server",
            )),
        },
    }
}

/// `self` and `bookmark` of a resource, as Ironic links them.
pub(crate) fn links(base: &str, path: &str) -> [Link; 2] {
    [
        Link {
            href: format!("{base}/v1/{path}"),
            rel: "self",
        },
        Link {
            href: format!("{base}/{path}"),
            rel: "bookmark",
        },
    ]
}

/// One link.
#[derive(Serialize)]
pub(crate) struct Link {
    href: String,
    rel: &'static str,
}
