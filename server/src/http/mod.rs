//! The API over HTTP: every route on one screen. A handler takes a request apart, calls, answers; it decides
//! nothing. What each request gets besides is in `edge.rs`, how an error looks in `fault.rs`. Matched before these
//! routes are vendor passthru, in `passthru.rs`, and what probes ask, in `health.rs`; and the reads that clients repeat,
//! in [`often`].

mod accept;
mod addresses;
mod ask;
mod body;
mod closing;
mod common;
mod conductors;
mod docs;
mod document;
mod drivers;
mod edge;
mod fault;
mod fixed;
mod head;
mod health;
mod locks;
mod metrics;
mod nodes;
mod openapi;
mod paging;
mod passthru;
mod path;
mod query;
mod root;
mod serve;
mod tasks;
mod version;
mod watched;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post, put};
use http::{Method, Uri};

use self::ask::Ask;
use self::common::Common;
use self::edge::Answer;
use self::fault::Fault;
use crate::context::Context;
use crate::telemetry::access::AccessLog;

pub(crate) use self::docs::Explorer;
pub(crate) use self::fixed::Fixed;
pub(crate) use self::nodes::Ready;
pub(crate) use self::serve::{Listener, bind};

/// The API of one server.
#[derive(Clone)]
pub(crate) struct Api {
    context: Arc<Context>,
    access: Arc<AccessLog>,
    router: Router,
    common: Arc<Common>,
}

impl Api {
    pub(crate) fn new(context: Arc<Context>, access: Arc<AccessLog>) -> Self {
        let router = routes().with_state(Arc::clone(&context));
        Self {
            context,
            access,
            router,
            common: Arc::new(Common::new()),
        }
    }
}

/// All routes but vendor passthru.
fn routes() -> Router<Arc<Context>> {
    Router::new()
        .route("/", any(root::root))
        .route("/openapi.json", verbs("GET", get(openapi::document)))
        .route("/docs", verbs("GET", get(docs::page)))
        .route("/docs/{file}", verbs("GET", get(docs::file)))
        .route("/v1", verbs("GET", get(root::v1)).fallback(root::v1_not_allowed))
        .route("/v1/nodes", verbs("GET, POST", read(nodes::list).post(nodes::create)))
        .route("/v1/nodes/detail", verbs("GET", read(nodes::list_detail)))
        .route(
            "/v1/nodes/{node}",
            verbs(
                "DELETE, GET, PATCH",
                read(nodes::show).patch(nodes::patch).delete(nodes::delete),
            ),
        )
        .route(
            "/v1/nodes/{node}/maintenance",
            verbs(
                "DELETE, PUT",
                put(nodes::maintenance_set).delete(nodes::maintenance_unset),
            ),
        )
        .route("/v1/nodes/{node}/states", verbs("GET", get(nodes::states)))
        .route("/v1/nodes/{node}/validate", verbs("GET", get(nodes::validate)))
        .route(
            "/v1/nodes/{node}/vendor_passthru/methods/{method}",
            verbs("GET", get(nodes::method)),
        )
        .route("/v1/nodes/{node}/{fields}", verbs("GET", read(nodes::show_fields)))
        .route("/v1/nodes/{node}/{fields}/{*more}", verbs("GET", read(nodes::nowhere)))
        .route("/v1/drivers", verbs("GET", get(drivers::list)))
        .route("/v1/drivers/{driver}", verbs("GET", get(drivers::show)))
        .route(
            "/v1/drivers/{driver}/properties",
            verbs("GET", get(drivers::properties)),
        )
        .route(
            "/v1/drivers/{driver}/raid/logical_disk_properties",
            verbs("GET", get(drivers::raid_properties)),
        )
        .route(
            "/v1/drivers/{driver}/vendor_passthru/methods/{method}",
            verbs("GET", get(drivers::method)),
        )
        .route("/v1/drivers/{driver}/{fields}", verbs("GET", get(drivers::show_fields)))
        .route(
            "/v1/drivers/{driver}/{fields}/{*more}",
            verbs("GET", get(drivers::nowhere)),
        )
        .route("/v1/chassis", verbs("GET", read(|_| root::empty("chassis"))))
        .route("/v1/ports", verbs("GET", read(|_| root::empty("ports"))))
        .route("/v1/conductors", verbs("GET", get(conductors::list)))
        .route("/v1/conductors/{host}", verbs("GET", get(conductors::show)))
        .route(
            "/v1/conductors/{host}/{fields}",
            verbs("GET", get(conductors::show_fields)),
        )
        .route(
            "/v1/conductors/{host}/{fields}/{*more}",
            verbs("GET", get(conductors::nowhere)),
        )
        .route("/v1/tasks", verbs("GET", get(tasks::list)))
        .route("/v1/tasks/{task}", verbs("GET", get(tasks::show)))
        .route("/v1/tasks/{task}/cancel", verbs("POST", post(tasks::cancel)))
        .route("/v1/tasks/{task}/events", verbs("GET", get(tasks::events)))
        .route("/v1/locks", verbs("GET", get(locks::list)))
        .route("/v1/locks/{node}", verbs("GET", get(locks::show)))
        .fallback(no_route)
}

/// A handler that waits for nothing.
type Read = fn(Ask) -> Result<Answer, Fault>;

fn read(handler: Read) -> MethodRouter<Arc<Context>> {
    get(async move |ask: Ask| handler(ask))
}

/// The reads that clients repeat, by the path that nearly all send: to find them by the router, which has them too, would
/// cost more than to answer them.
fn often(verb: &Method, path: &str) -> Option<Read> {
    let rest = path.strip_prefix("/v1/nodes").filter(|_| *verb == Method::GET)?;
    match rest {
        "" => Some(nodes::list),
        "/detail" => Some(nodes::list_detail),
        _ => {
            let node = rest.strip_prefix('/')?;
            let is_one = !node.is_empty() && !node.bytes().any(|byte| byte == b'/');
            is_one.then_some(nodes::show)
        }
    }
}

/// A route that answers these verbs, named in `Allow` when another one comes.
fn verbs(allow: &'static str, handlers: MethodRouter<Arc<Context>>) -> MethodRouter<Arc<Context>> {
    handlers.fallback(move |uri: Uri| async move {
        // What can be no node is refused whatever is asked of it.
        let malformed = uri.path().starts_with("/v1/nodes/").then(|| {
            let below = ask::segment(&uri, ask::IDENT + 1);
            nodes::malformed(&ask::segment(&uri, ask::IDENT), &below, false)
        });
        malformed.flatten().unwrap_or_else(|| Fault::verb_not_allowed(allow))
    })
}

async fn no_route() -> Fault {
    Fault::no_route()
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let unreached = self.is_routing();
        let mut response = Fault::into_response(self).map(axum::body::Body::from);
        if unreached {
            response.extensions_mut().insert(edge::Unreached);
        }
        response
    }
}
