//! Discovery: what the service is, which versions it speaks, where its resources are. The shapes are those
//! that openstacksdk and the `baremetal` client look for.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::accept::takes_json;
use super::edge::{Answer, Asked, base_url};
use super::fault::Fault;
use super::passthru::json as json_response;
use super::version;
use crate::context::Context;

/// `/`, whatever the verb.
pub(crate) async fn root(State(context): State<Arc<Context>>, request: Request) -> Result<Response, Fault> {
    let (parts, _) = request.into_parts();
    if !takes_json(&parts.headers) {
        return Err(Fault::only_json().controller());
    }
    let base = base_url(&context.config.api, &parts);
    Ok(answer(&json!({
        "name": "Bessemer",
        "description": "Vendor passthru of the drivers in this binary, as OpenStack Ironic's API offers it.",
        "default_version": version_entry(&base),
        "versions": [version_entry(&base)],
    })))
}

/// `/v1`.
pub(crate) async fn v1(State(context): State<Arc<Context>>, request: Request) -> Result<Response, Fault> {
    let (parts, _) = request.into_parts();
    if !takes_json(&parts.headers) {
        return Err(Fault::only_json());
    }
    let base = base_url(&context.config.api, &parts);
    let resource = |name: &str| {
        json!([
            { "href": format!("{base}/v1/{name}/"), "rel": "self" },
            { "href": format!("{base}/{name}/"), "rel": "bookmark" },
        ])
    };
    let mut document = json!({
        "id": "v1",
        "links": [
            { "href": format!("{base}/v1/"), "rel": "self" },
            { "href": format!("{base}/docs"), "rel": "describedby", "type": "text/html" },
        ],
        "media_types": { "base": "application/json", "type": "application/vnd.openstack.ironic.v1+json" },
        "version": version_entry(&base),
        "chassis": resource("chassis"),
        "nodes": resource("nodes"),
        "ports": resource("ports"),
        "drivers": resource("drivers"),
    });
    let asked = parts.extensions.get::<Asked>();
    if asked.is_none_or(|asked| asked.version.reaches(49)) {
        document["conductors"] = resource("conductors");
    }
    Ok(answer(&document))
}

/// `/v1` with another verb, which Ironic answers from a controller.
pub(crate) async fn v1_not_allowed() -> Fault {
    Fault::verb_not_allowed("GET").controller()
}

/// A collection of Ironic's that has nothing in it here: a client that lists it is told so, whatever it filters by.
pub(crate) fn empty(collection: &str) -> Result<Answer, Fault> {
    Ok(Answer::ready(json!({ collection: [] }).to_string().into()))
}

fn version_entry(base: &str) -> Value {
    json!({
        "id": "v1",
        "links": [{ "href": format!("{base}/v1/"), "rel": "self" }],
        "status": "CURRENT",
        "min_version": version::MIN_TEXT,
        "version": version::MAX_TEXT,
    })
}

fn answer(document: &Value) -> Response {
    json_response(document.to_string().into()).map(axum::body::Body::from)
}
