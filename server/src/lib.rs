//! The server that offers a binary's drivers over the REST API of OpenStack Ironic's vendor passthru.
//!
//! A binary is one line; the drivers it names are the drivers it has:
//!
//! ```no_run
//! bessemer_server::main! { bessemer_driver_fake }
//! ```
//!
//! # The walk of one call
//!
//! 1. `http/serve.rs` accepts the connection; `http/edge.rs` gives the request an id, a clock and a version.
//! 2. `http/passthru.rs` finds node or driver, method, verb, query and body in it.
//! 3. `dispatch.rs` reads as the law: the node (404), its driver and method (404, 400), the verb (400), the
//!    arguments (400), the driver's own checks (400), a place among the running calls (503).
//! 4. `catalogue.rs` knows the methods: what the macros registered, filtered by `enabled_drivers`.
//! 5. `target.rs` takes the lock that the method's type says, in `lock/` (409, 503).
//! 6. `worker.rs` runs the method: here if it is ready at once, else on its driver's own threads; it contains
//!    panics and ends what takes too long.
//! 7. `execute.rs` brings it to its end. A synchronous call answers 200 after its changes are saved; an attachment
//!    that is made piece by piece follows by way of `stream.rs`. An asynchronous call answers 202 after its task is
//!    on disk; `tasks.rs` writes how it ended. The lock is freed last.
//! 8. Whatever went wrong becomes a status in `http/fault.rs`, and nowhere else.

mod ascii;
mod call;
pub mod catalogue;
mod cli;
pub mod config;
mod context;
mod dispatch;
mod execute;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod health;
mod http;
pub mod lock;
mod metrics;
pub mod node;
mod nodes;
mod notify;
mod openapi;
mod secrets;
mod serve;
mod signal;
mod start;
mod stop;
pub mod store;
mod stream;
mod target;
mod tasks;
mod telemetry;
mod worker;

pub use cli::main;

// A call allocates some ten times, for which this one takes a third of the instructions that glibc's does. Linked, it
// takes the place of `malloc` itself: the standard library then asks it for no alignment that every block has anyway,
// which costs twice as much, and SQLite has it too.
#[cfg(feature = "mimalloc")]
use mimalloc as _;

/// The `main` of a server binary, with the crates whose drivers it has.
///
/// Each crate is linked because it is named here; a crate that only stands in `Cargo.toml` is not. An attribute
/// such as `#[cfg(feature = "…")]` may stand before a name.
///
/// ```no_run
/// bessemer_server::main! { bessemer_driver_fake, #[cfg(any())] acme_driver }
/// ```
#[macro_export]
macro_rules! main {
    ($($(#[$attribute:meta])* $driver:ident),* $(,)?) => {
        // By `*`, so that a crate that is not there is an error at its name: of `use … as _` the compiler would show
        // this whole macro.
        const _: () = {
            $($(#[$attribute])* use $driver::*;)*
        };

        fn main() -> ::std::process::ExitCode {
            $crate::main(&[$($(#[$attribute])* ::core::stringify!($driver)),*])
        }
    };
}
