//! Tests of a driver, without a server.
#![doc = include_str!("../docs/testing.md")]

mod block_on;
mod cancel;
mod clock;
pub mod conformance;
mod driver;
mod host;
mod node;
mod outcome;
mod piece;
mod place;
mod record;
mod request;
mod run;
mod running;
mod schema;
mod sync;
mod thread_time;

pub use block_on::block_on;
pub use cancel::{Cancellations, EveryAwait};
pub use clock::Clock;
pub use driver::{TestDriver, driver};
pub use host::Progress;
pub use node::{Change, TestNode, node};
pub use outcome::{Failure, Outcome, Reason};
pub(crate) use piece::own;
pub use request::{Request, call};
pub use running::Running;

#[doc(inline)]
pub use crate::__conformance as conformance;
pub use crate::host::LockMode;

/// A value of a test as JSON.
#[track_caller]
fn json_of(value: impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("a value given by a test can be written as JSON")
}
