//! A public driver in a crate that forbids what can be forbidden.

#![forbid(unsafe_code)]
#![deny(missing_docs, warnings)]
#![deny(
    clippy::pedantic,
    rust_2018_idioms,
    unused,
    unreachable_pub,
    unused_qualifications,
    unused_results
)]
#![deny(
    non_ascii_idents,
    single_use_lifetimes,
    trivial_casts,
    unused_lifetimes,
    missing_debug_implementations
)]

use bessemer::{Attachment, Call, Node, NodeSnapshot, Result, Value, Verb, driver};

/// A driver.
#[derive(Debug, Default)]
pub struct Strict;

/// An argument.
#[bessemer::model]
#[derive(Debug)]
pub struct Size {
    /// In pixels.
    pub width: u32,
}

/// Settings.
#[bessemer::properties]
pub struct Info {
    /// Where it is.
    pub address: String,
    /// Where it answers.
    #[property(default = 623)]
    pub port: u16,
    /// What nobody may see.
    #[property(secret)]
    pub password: Option<String>,
}

#[driver(name = "strict", properties = Info)]
impl Strict {
    /// Exclusive.
    #[passthru(http = "POST")]
    pub async fn exclusive(&self, node: &mut Node, call: &Call, verb: Verb, #[arg(default = 1)] n: u8) -> Result<u8> {
        let _ = (node, call, verb);
        Ok(n)
    }

    /// Shared.
    #[passthru(http = "POST", require_exclusive_lock = false)]
    pub fn shared(&self, node: &Node, #[body] size: Size) -> Result<Size> {
        let _ = node;
        Ok(size)
    }

    /// Snapshot.
    #[passthru(http = "GET", require_exclusive_lock = false, attach = true)]
    pub fn snapshot(&self, node: NodeSnapshot) -> Result<Attachment> {
        Ok(Attachment::bytes(node.uuid()))
    }

    /// Of the driver, and old.
    #[driver_passthru(http = "GET")]
    #[deprecated(note = "use another")]
    pub fn old(&self, any: Value) -> Result<Value> {
        Ok(any)
    }

    #[driver_passthru(http = "GET")]
    #[allow(clippy::unused_async)]
    async fn private(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
