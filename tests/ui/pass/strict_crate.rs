//! A public driver in a crate that forbids what can be forbidden.

#![forbid(unsafe_code)]
#![deny(missing_docs, warnings)]
// The groups.
#![deny(
    future_incompatible,
    keyword_idents,
    let_underscore,
    nonstandard_style,
    refining_impl_trait,
    rust_2018_compatibility,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused
)]
// And what is in none of them, but for `unused_crate_dependencies`: that is about this package.
#![deny(
    ambiguous_negative_literals,
    closure_returning_async_block,
    deprecated_in_future,
    deref_into_dyn_supertrait,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    impl_trait_redundant_captures,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use bessemer::{Attachment, Call, Node, NodeSnapshot, Result, Value, Verb, driver};

/// A driver.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strict;

/// An argument.
#[bessemer::model]
#[derive(Clone, Copy, Debug)]
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
