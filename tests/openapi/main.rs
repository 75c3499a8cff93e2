//! The description of the API before others: a validator of OpenAPI, one of JSON Schema, a browser. `tests/run`
//! installs them. What needs none of them is in `tests/e2e/openapi.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod browser;
mod explorer;
mod validator;
