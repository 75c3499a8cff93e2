//! What `#[passthru]` and `#[driver_passthru]` do when they run themselves: refuse. Within a `#[driver]` block
//! the outer macro has removed them, so whoever gets here would have been lost without a word.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;
use syn::parse::{ParseStream, Parser as _};

use crate::errors::Errors;
use crate::parse;
use crate::signature;

/// The mistake, and the method as it would be without the attribute.
pub(crate) fn method(attribute: &str, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    errors.at(
        proc_macro2::Span::call_site(),
        format!(
            "`#[{attribute}]` works only on a method that is written in an impl block marked `#[driver(…)]`, \
             which must stand above the `impl`"
        ),
    );
    let errors = errors.tokens();
    let item = without_our_attributes.parse2(item.clone()).unwrap_or(item);
    quote!(#item #errors)
}

/// Documentation on a parameter would be a second error.
fn without_our_attributes(input: ParseStream) -> syn::Result<TokenStream> {
    let attrs = input.call(Attribute::parse_outer)?;
    let Some(mut function) = parse::function(attrs, input)? else {
        return Err(input.error("not a function"));
    };
    signature::strip(&mut function.sig);
    Ok(function.tokens())
}
