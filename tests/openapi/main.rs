//! The server before others: a validator of OpenAPI, one of JSON Schema, a browser, Prometheus' own reader of metrics.
//! `tests/run` installs them. What needs none of them is in `tests/e2e/openapi.rs` and `tests/e2e/metrics.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod browser;
mod explorer;
mod metrics;
mod validator;
