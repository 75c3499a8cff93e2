//! `/docs`: a page that shows what `/openapi.json` says and calls methods through forms made of their schemas. It is
//! plain HTML, CSS and JavaScript, part of the binary; it reads the document like anybody else and has no way into the
//! server but the API. Nothing of it is fetched from elsewhere, and its policy lets nothing else run.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderName, HeaderValue, Uri, header};

use super::ask::segment;
use super::fault::Fault;
use super::fixed::Fixed;
use super::query::Query;
use crate::config::Config;
use crate::context::Context;

/// The page and what it consists of, by their names in the URL.
pub(crate) struct Explorer {
    page: Fixed,
    files: [(&'static str, Fixed); 3],
}

impl Explorer {
    /// Its links begin with the path that clients know this server by.
    pub(crate) fn new(config: &Config) -> Self {
        let endpoint = config.api.public_endpoint.as_deref().unwrap_or("");
        let uri: Uri = endpoint.parse().unwrap_or_default();
        // Of a path in a URL only these are special in HTML.
        let prefix = uri
            .path()
            .trim_end_matches('/')
            .replace('&', "&amp;")
            .replace('"', "&quot;");
        let page = include_str!("docs/page.html").replace("{prefix}", &prefix);
        Self {
            page: Fixed::new(page, "text/html; charset=utf-8"),
            files: [
                ("explorer.js", Fixed::new(include_str!("docs/explorer.js"), SCRIPT)),
                ("form.js", Fixed::new(include_str!("docs/form.js"), SCRIPT)),
                (
                    "style.css",
                    Fixed::new(include_str!("docs/style.css"), "text/css; charset=utf-8"),
                ),
            ],
        }
    }
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What the browser may do with the page: run its own scripts, ask this server, and nothing else.
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// `GET /docs`.
pub(super) async fn page(State(context): State<Arc<Context>>, request: Request) -> Result<Response, Fault> {
    answer(&context.explorer.page, &request)
}

/// `GET /docs/F`.
pub(super) async fn file(State(context): State<Arc<Context>>, request: Request) -> Result<Response, Fault> {
    let name = segment(request.uri(), 2);
    let file = context.explorer.files.iter().find(|(known, _)| *known == name);
    let (_, file) = file.ok_or_else(Fault::no_route)?;
    answer(file, &request)
}

fn answer(file: &Fixed, request: &Request) -> Result<Response, Fault> {
    Query::of(request.uri()).finish()?;
    let mut response = file.answer(request.headers());
    response.headers_mut().extend(HEADERS);
    Ok(response)
}
