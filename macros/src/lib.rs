//! The attribute macros of bessemer: entry points only, one line each. Their documentation stands where the
//! framework re-exports them, because its examples compile there.
//!
//! Every macro walks the same four stages: `attr` (tokens to options, each with its place), `model` (our own
//! structs of block, method and argument), `check` (rules over the whole block), `expand` (tokens). Mistakes
//! are collected on the way (`errors`) and shown all at once, and what the author wrote is always emitted
//! again, so that one mistake gives one error.

mod attr;
mod check;
mod data;
mod errors;
mod expand;
mod misplaced;
mod model;
mod parse;
mod signature;

use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn driver(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::driver(options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn passthru(_: TokenStream, item: TokenStream) -> TokenStream {
    misplaced::method("passthru", item.into()).into()
}

#[proc_macro_attribute]
pub fn driver_passthru(_: TokenStream, item: TokenStream) -> TokenStream {
    misplaced::method("driver_passthru", item.into()).into()
}

#[proc_macro_attribute]
pub fn model(options: TokenStream, item: TokenStream) -> TokenStream {
    data::model(options.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn properties(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::properties(options.into(), item.into()).into()
}
