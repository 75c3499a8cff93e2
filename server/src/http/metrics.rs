//! `/metrics`: what the server counts, for Prometheus and what reads the same. As to who may ask, and when, it is one
//! of the probes (`health.rs`); what is counted is in `crate::metrics`.

use std::sync::Arc;

use http::{HeaderValue, Response, header};

use super::body::Body;
use super::fault::Fault;
use crate::context::Context;
use crate::metrics;

const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// The page.
pub(super) async fn page(context: &Arc<Context>) -> Result<Response<Body>, Fault> {
    let page = metrics::page(context).await.map_err(|error| {
        tracing::error!(%error, "the metrics cannot be written");
        Fault::new(http::StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written")
    })?;
    let mut response = Response::new(Body::from(bytes::Bytes::from(page)));
    response.headers_mut().insert(header::CONTENT_TYPE, OPEN_METRICS);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use bessemer::{Error, Kind};
    use uuid::Uuid;

    use super::*;
    use crate::dispatch::CallError;
    use crate::metrics::STATUSES;
    use crate::store::StoreError;

    /// Each has its place among what is counted of a method.
    #[test]
    fn no_error_of_a_call_is_answered_with_another_status() {
        let kinds = [
            Kind::Invalid,
            Kind::Unsupported,
            Kind::Forbidden,
            Kind::NotFound,
            Kind::Conflict,
            Kind::Busy,
            Kind::Rejected,
            Kind::Silent,
            Kind::Internal,
        ];
        let id = Uuid::nil();
        let of_store = [
            StoreError::NotFound { what: "node", id },
            StoreError::NameTaken { name: "n".into() },
            StoreError::TooManyNodes { max: 1 },
            StoreError::NodeTooLarge { bytes: 2, max: 1 },
            StoreError::Full {
                path: std::path::Path::new("/").into(),
            },
            StoreError::Closed,
        ];
        let others = [
            CallError::NodeNotFound("n".into()),
            CallError::TooDeep { max: 1 },
            CallError::NotValid("wrong".into()),
            CallError::DriverChanged(id),
            CallError::Stopping,
            CallError::Panicked,
            CallError::Stopped("m"),
            CallError::TimedOut {
                method: "m",
                seconds: 1.0,
            },
            CallError::NotSaved(StoreError::Closed),
        ];
        let errors = kinds.map(|kind| CallError::Failed(Error::new(kind, "no"))).into_iter();
        for error in errors.chain(of_store.map(CallError::Store)).chain(others) {
            let told = error.to_string();
            let status = Fault::from(error).into_response().status().as_u16();
            assert!(STATUSES.contains(&status), "{status}: {told}");
        }
    }
}
