//! `/openapi.json`: the document that describes this API. It is made once (`openapi/`); a client that has it
//! already is told so.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::accept::takes_json;
use super::fault::Fault;
use super::query::Query;
use crate::context::Context;

/// `GET /openapi.json`.
pub(super) async fn document(State(context): State<Arc<Context>>, request: Request) -> Result<Response, Fault> {
    Query::of(request.uri()).finish()?;
    if !takes_json(request.headers()) {
        return Err(Fault::only_json());
    }
    Ok(context.openapi().answer(request.headers()))
}
