//! What the rules ask of a single type, and how they name one.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Lifetime, Type};

use crate::errors::Errors;
use crate::signature::{bare, ends_in};

/// Whether a type is one of a node, borrowed or not.
pub(super) fn is_node(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_node(bare(&reference.elem)),
        other => ends_in(other, "Node") || ends_in(other, "NodeSnapshot"),
    }
}

/// Reports a borrow that shall last for ever. The compiler would say that an implementation is not general enough.
pub(super) fn for_the_call(lifetime: Option<&Lifetime>, errors: &mut Errors) {
    if let Some(lifetime) = lifetime.filter(|lifetime| lifetime.ident == "static") {
        errors.on(
            lifetime,
            "driver, node and call are borrowed for the time of the call: remove `'static`",
        );
    }
}

/// The same of a type.
pub(super) fn borrowed_for_the_call(ty: &Type, errors: &mut Errors) {
    if let Type::Reference(reference) = bare(ty) {
        for_the_call(reference.lifetime.as_ref(), errors);
    }
}

/// The owned form of a borrowed type.
pub(super) fn owned(ty: &Type) -> String {
    match bare(ty) {
        Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
        other if ends_in(other, "str") => "String".into(),
        other => text(other),
    }
}

/// A type as text, spaced as one writes it.
pub(super) fn text(ty: &Type) -> String {
    let tokens: TokenStream = quote!(#ty);
    tokens
        .to_string()
        .replace("& ", "&")
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" :: ", "::")
        .replace(" ,", ",")
}
