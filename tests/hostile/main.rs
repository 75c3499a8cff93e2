//! Hostile clients: what is sent is made up from the document that the server gives of itself, of its schemas and
//! against them, and a query is whatever a line may hold. Nobody may bring the server to an answer that it does not
//! describe, to a panic, to a standstill, or to keep something of it all. `tests/run` installs what this needs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod made_up;
mod query;
#[path = "../e2e/until.rs"]
mod until;
