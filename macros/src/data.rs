//! `#[bessemer::model]`: a type that may be an argument or a result. It adds the derives of serde and schemars
//! through the framework's own copies, so that a driver crate has one dependency and cannot meet two versions.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Path, Token};

use crate::errors::Errors;
use crate::signature;

pub(crate) fn model(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let krate = krate_option("model", options, &mut errors);
    let derived = match (|input: ParseStream| derived(input)).parse2(item.clone()) {
        Ok(derived) => derived,
        Err(error) => {
            errors.push(error);
            let errors = errors.tokens();
            return quote!(#item #errors);
        }
    };
    let private = quote!(#krate::__private);
    let derives = [
        ("Serialize", quote!(#private::serde::Serialize)),
        ("Deserialize", quote!(#private::serde::Deserialize)),
        ("JsonSchema", quote!(#private::schemars::JsonSchema)),
    ];
    let derives = derives
        .into_iter()
        .filter(|(name, _)| !derived.iter().any(|other| other == name))
        .map(|(_, path)| path);
    let serde = path_text(&quote!(#private::serde));
    let schemars = path_text(&quote!(#private::schemars));
    let errors = errors.tokens();
    quote! {
        #[derive(#(#derives),*)]
        #[serde(crate = #serde)]
        #[schemars(crate = #schemars)]
        #item
        #errors
    }
}

fn path_text(path: &TokenStream) -> String {
    path.to_string().replace(' ', "")
}

/// `crate = path`, the only option of the macros on types.
pub(crate) fn krate_option(of: &str, options: TokenStream, errors: &mut Errors) -> Path {
    let read = |input: ParseStream| {
        if input.is_empty() {
            return Ok(None);
        }
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        input.call(Path::parse_mod_style).map(Some)
    };
    let path = read.parse2(options.clone()).unwrap_or_else(|_| {
        errors.on(
            &options,
            format!("`#[{of}]` knows one option: `crate = path::to::bessemer`"),
        );
        None
    });
    path.unwrap_or_else(|| syn::parse_quote!(::bessemer))
}

/// The derives that the author wrote, by their last name; an error if this is no struct or enum.
fn derived(input: ParseStream) -> syn::Result<Vec<String>> {
    let attrs = input.call(Attribute::parse_outer)?;
    input.parse::<syn::Visibility>()?;
    if !input.peek(Token![struct]) && !input.peek(Token![enum]) {
        return Err(syn::Error::new(
            Span::call_site(),
            "`#[model]` stands on a struct or an enum",
        ));
    }
    input.parse::<TokenStream>()?;
    let mut names = Vec::new();
    for attribute in attrs.iter().filter(|attribute| signature::is(attribute, "derive")) {
        let paths = attribute.parse_args_with(syn::punctuated::Punctuated::<Path, Token![,]>::parse_terminated)?;
        names.extend(
            paths
                .iter()
                .filter_map(|path| path.segments.last().map(|last| last.ident.to_string())),
        );
    }
    Ok(names)
}
