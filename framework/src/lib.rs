//! Drivers for bare-metal hardware as annotated Rust methods.
//!
//! A driver is a type with a block of methods. The attributes say what OpenStack Ironic's *vendor passthru*
//! needs to know; the signature says the rest: the lock is the type of the node, the JSON keys are the names
//! of the arguments, the documentation is what clients read in listings.
//!
//! ```
//! use bessemer::{Node, NodeSnapshot, Result, Value, driver};
//!
//! /// Acme rack controllers.
//! #[derive(Default)]
//! pub struct Acme;
//!
//! #[driver(name = "acme")]
//! impl Acme {
//!     /// Sets a property of the node.
//!     #[passthru(http = "POST")]
//!     async fn set_prop(&self, node: &mut Node,
//!         /// which property
//!         key: String,
//!         value: Value,
//!     ) -> Result<()> {
//!         node.properties_mut().insert(key, value);
//!         Ok(())
//!     }
//!
//!     /// The power state as last seen.
//!     #[passthru(http = "GET", require_exclusive_lock = false)]
//!     async fn power(&self, node: NodeSnapshot) -> Result<Option<String>> {
//!         Ok(node.power_state().map(Into::into))
//!     }
//! }
//! ```
//!
//! An operator names the driver's crate in the `main!` of a server binary, and the two methods answer at
//! `POST /v1/nodes/<node>/vendor_passthru/set_prop` and `GET /v1/nodes/<node>/vendor_passthru/power`.

#![deny(missing_docs)]
#[cfg(all(panic = "abort", not(any(test, doc))))]
compile_error!(
    "bessemer needs `panic = \"unwind\"`: a panic in a method is contained and its lock is released by \
     unwinding; remove `panic = \"abort\"` from the profile"
);

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod args;
mod attachment;
mod call;
mod driver;
mod error;
pub mod host;
mod node;
mod object;
mod properties;
mod reply;
#[cfg(feature = "testing")]
pub mod testing;
mod verbs;

pub use args::{FromArgument, FromBody, RawBody};
pub use attachment::{Attachment, Pieces};
pub use call::{Call, Work};
pub use driver::Configure;
pub use error::{Error, Kind, Result, ResultExt};
pub use node::{Node, NodeSnapshot};
pub use properties::{FromProperty, Properties};
pub use reply::IntoReply;
pub use serde_json::{Map, Value, json};
pub use verbs::Verb;

#[doc = include_str!("docs/driver.md")]
pub use bessemer_macros::driver;
#[doc = include_str!("docs/driver_passthru.md")]
pub use bessemer_macros::driver_passthru;
#[doc = include_str!("docs/model.md")]
pub use bessemer_macros::model;
#[doc = include_str!("docs/passthru.md")]
pub use bessemer_macros::passthru;
#[doc = include_str!("docs/properties.md")]
pub use bessemer_macros::properties;
