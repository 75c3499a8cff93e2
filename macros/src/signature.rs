//! Small questions about signatures, asked by several stages: what a type ends in, what it borrows, which
//! attributes are ours.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, FnArg, Signature, Type};

/// A type without the parentheses and invisible groups around it. Macros put the latter around their `$ty`.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// Whether a type is a path that ends in this name.
pub(crate) fn ends_in(ty: &Type, name: &str) -> bool {
    match bare(ty) {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}

/// Whether a type, as written, borrows from something that does not live for ever.
pub(crate) fn borrows(ty: &Type) -> bool {
    tokens_borrow(ty.to_token_stream())
}

fn tokens_borrow(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if tokens_borrow(group.stream()) => return true,
            // A lifetime is two tokens, its quote and its name.
            TokenTree::Punct(punct) if punct.as_char() == '&' => match tokens.peek() {
                Some(TokenTree::Punct(quote)) if quote.as_char() == '\'' => {}
                _ => return true,
            },
            TokenTree::Punct(punct) if punct.as_char() == '\'' => match tokens.peek() {
                Some(TokenTree::Ident(name)) if name == "static" => {}
                _ => return true,
            },
            _ => {}
        }
    }
    false
}

/// A type that borrows for ever where its lifetimes are left out. In a field the compiler would ask for them, of an
/// author who was told to own the value.
pub(crate) fn with_lifetimes_static(ty: &Type) -> TokenStream {
    fill(ty.to_token_stream())
}

fn fill(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut filled = TokenStream::new();
    while let Some(token) = tokens.next() {
        let span = token.span();
        let is_elided = match &token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), fill(group.stream()));
                inner.set_span(span);
                filled.extend([TokenTree::Group(inner)]);
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                !matches!(tokens.peek(), Some(TokenTree::Punct(quote)) if quote.as_char() == '\'')
            }
            _ => false,
        };
        filled.extend([token]);
        if is_elided {
            filled.extend(quote_spanned!(span=> 'static));
        }
    }
    filled
}

/// A type whose named lifetimes, which only the method's signature knows, are left to be inferred.
pub(crate) fn with_lifetimes_inferred(ty: &Type) -> TokenStream {
    infer(ty.to_token_stream())
}

fn infer(tokens: TokenStream) -> TokenStream {
    let mut after_quote = false;
    tokens
        .into_iter()
        .map(|token| {
            let is_name = std::mem::replace(&mut after_quote, false);
            match token {
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), infer(group.stream()));
                    inner.set_span(group.span());
                    TokenTree::Group(inner)
                }
                TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                    after_quote = true;
                    TokenTree::Punct(punct)
                }
                TokenTree::Ident(name) if is_name && name != "static" => {
                    TokenTree::Ident(proc_macro2::Ident::new("_", name.span()))
                }
                other => other,
            }
        })
        .collect()
}

/// Whether an attribute is this one of ours, alone or as `bessemer::name`.
pub(crate) fn is(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == name)
}

/// Whether an attribute on a parameter is for us: documentation is legal there only because we remove it.
pub(crate) fn is_ours_on_parameter(attribute: &Attribute) -> bool {
    ["doc", "arg", "body"]
        .iter()
        .any(|name| attribute.path().is_ident(name))
}

/// The signature as the compiler shall see it.
pub(crate) fn strip(sig: &mut Signature) {
    for input in &mut sig.inputs {
        let attrs = match input {
            FnArg::Receiver(receiver) => &mut receiver.attrs,
            FnArg::Typed(typed) => &mut typed.attrs,
        };
        attrs.retain(|attribute| !is_ours_on_parameter(attribute));
    }
}
