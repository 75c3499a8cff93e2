//! Drivers for bare-metal hardware as annotated Rust methods.
//!
//! A driver is a type with a block of methods. A server offers them over the REST API that OpenStack Ironic calls
//! *vendor passthru*. The attributes say what that needs to know; the signature says the rest: the lock is the type
//! of the node, the JSON keys are the names of the arguments, the documentation is what clients read in listings.
//!
//! ```
//! use bessemer::{Node, Result, Value, driver};
//!
//! /// Acme rack controllers.
//! #[derive(Default)]
//! pub struct Acme;
//!
//! #[driver(name = "acme")]
//! impl Acme {
//!     /// Sets a property of the node.
//!     #[passthru(http = "POST")]
//!     async fn set_prop(&self, node: &mut Node, key: String, value: Value) -> Result<()> {
//!         node.properties_mut().insert(key, value);
//!         Ok(())
//!     }
//! }
//! # #[cfg(feature = "testing")]
//! # fn main() {
//! #     let request = bessemer::testing::call::<Acme>("set_prop").node(bessemer::testing::node("rack7"));
//! #     let outcome = request.arg("key", "slot").arg("value", 4).run();
//! #     outcome.assert_empty();
//! #     assert_eq!(outcome.node().properties()["slot"], 4);
//! # }
//! # #[cfg(not(feature = "testing"))]
//! # fn main() {}
//! ```
//!
//! An operator names the driver's crate in the `main!` of a server binary, and the method answers at
//! `POST /v1/nodes/<node>/vendor_passthru?method=set_prop`, and at `/v1/nodes/<node>/vendor_passthru/set_prop`.
//!
//! # The node is the lock
//!
//! | the method takes | option in the attribute | lock | meanwhile |
//! |---|---|---|---|
//! | `node: &mut Node` | none: the default | exclusive | nobody else works on the node |
//! | `node: &Node` | `require_exclusive_lock = false` | shared | other readers do, nobody changes it |
//! | `node: NodeSnapshot` | `require_exclusive_lock = false` | none | anything; the method has a copy |
//!
//! Any other pair of type and option is a compile error. More in [`guide::locks`].
//!
//! # Where to read on
//!
//! - [`guide`]: from the first method to a driver for real hardware, page by page.
//! - [`guide::from_ironic`]: for those who port a driver of Ironic's. The differences come first.
//! - [`guide::whole_driver`]: a complete one, with its tests, to copy.
//! - The attributes with all their options: [`#[driver]`](macro@driver), [`#[passthru]`](macro@passthru),
//!   [`#[driver_passthru]`](macro@driver_passthru), [`#[properties]`](macro@properties), [`#[model]`](macro@model).
//! - What a method meets: [`Node`], [`NodeSnapshot`], [`Call`], [`Error`], [`Attachment`], [`RawBody`], [`Verb`].
//! - [`testing`]: tests of a driver, without a server. The cargo feature `testing` turns it on, for a
//!   dev-dependency; there is no other feature.

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
mod function;
// Its examples call methods, which needs the test kit.
#[cfg(any(not(doctest), feature = "testing"))]
pub mod guide;
pub mod host;
mod node;
mod object;
mod properties;
mod reply;
mod start;
// Documented without the feature too: the guide leads there.
#[cfg(any(feature = "testing", all(doc, not(doctest))))]
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
