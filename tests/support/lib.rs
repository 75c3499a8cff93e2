//! A server in a box: the real binary with a state directory of its own on a free port, and a client to talk to
//! it. Suites use this; it holds no tests.

mod binary;
mod http;
mod machine;
mod probe;
mod server;

pub use binary::{Binary, path_of};
pub use http::{Answer, Client};
pub use machine::{mounted, skipped};
pub use probe::Probe;
pub use server::{Server, ServerBuilder, Stopped};
