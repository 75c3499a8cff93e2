//! An impl block taken apart: its header and, for each member, its attributes and its signature. Bodies stay
//! unparsed tokens: a body that is only half typed is the compiler's to report, and costs the author no other
//! method.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Ident, ItemImpl, Result, Signature, Token, Visibility};

/// A block as it was written.
pub(crate) struct Source {
    /// The header; `items` is empty.
    pub(crate) header: ItemImpl,
    /// What is between its braces.
    pub(crate) members: Vec<Member>,
}

/// A member of a block.
pub(crate) enum Member {
    Fn(Box<Function>),
    /// A constant, a type, a macro call.
    Other {
        attrs: Vec<Attribute>,
        rest: TokenStream,
    },
}

/// A function with its body unparsed.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    /// Visibility and `default`.
    pub(crate) before: TokenStream,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Function {
    pub(crate) fn tokens(&self) -> TokenStream {
        let Self {
            attrs,
            before,
            sig,
            body,
        } = self;
        quote!(#(#attrs)* #before #sig #body)
    }
}

/// Whether these tokens are an impl block, after attributes.
pub(crate) fn is_impl(item: &TokenStream) -> bool {
    let start = |input: ParseStream| {
        input.call(Attribute::parse_outer)?;
        let is = input.peek(Token![impl]) || input.peek(Token![unsafe]) || input.peek(Token![default]);
        input.parse::<TokenStream>()?;
        Ok(is)
    };
    start.parse2(item.clone()).unwrap_or(false)
}

/// Takes a block apart.
pub(crate) fn block(item: TokenStream) -> Result<Source> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(TokenTree::Group(braces)) = tokens.pop() else {
        return Err(syn::Error::new(
            proc_macro2::Span::call_site(),
            "expected an impl block",
        ));
    };
    let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
    empty.set_span(braces.span());
    tokens.push(TokenTree::Group(empty));
    let mut header: ItemImpl = syn::parse2(tokens.into_iter().collect())?;
    let members = |input: ParseStream| {
        let inner = input.call(Attribute::parse_inner)?;
        let mut members = Vec::new();
        while !input.is_empty() {
            members.push(member(input)?);
        }
        Ok((inner, members))
    };
    let (inner, members) = members.parse2(braces.stream())?;
    header.attrs.extend(inner);
    Ok(Source { header, members })
}

fn member(input: ParseStream) -> Result<Member> {
    let attrs = input.call(Attribute::parse_outer)?;
    match function(attrs, input)? {
        Ok(function) => Ok(Member::Fn(Box::new(function))),
        Err(attrs) => Ok(Member::Other {
            attrs,
            rest: other(input)?,
        }),
    }
}

/// A function, or the attributes back if the member is something else.
pub(crate) fn function(
    attrs: Vec<Attribute>,
    input: ParseStream,
) -> Result<std::result::Result<Function, Vec<Attribute>>> {
    let ahead = input.fork();
    let vis: Visibility = ahead.parse()?;
    let default: Option<Ident> = if ahead.peek(Token![default]) {
        Some(ahead.call(Ident::parse_any)?)
    } else {
        None
    };
    let is_fn = ahead.peek(Token![fn])
        || ahead.peek(Token![async])
        || ahead.peek(Token![unsafe])
        || ahead.peek(Token![extern])
        || ahead.peek(Token![const])
            && (ahead.peek2(Token![fn])
                || ahead.peek2(Token![async])
                || ahead.peek2(Token![unsafe])
                || ahead.peek2(Token![extern]));
    if !is_fn {
        return Ok(Err(attrs));
    }
    input.parse::<Visibility>()?;
    if default.is_some() {
        input.call(Ident::parse_any)?;
    }
    let sig = input.parse()?;
    // A body or, where the author forgot it, a semicolon.
    let body: Option<TokenTree> = if input.is_empty() { None } else { Some(input.parse()?) };
    Ok(Ok(Function {
        attrs,
        before: quote!(#vis #default),
        sig,
        body: quote!(#body),
    }))
}

/// Any other member, up to its end.
fn other(input: ParseStream) -> Result<TokenStream> {
    let ends_with_semicolon = {
        let ahead = input.fork();
        ahead.parse::<Visibility>()?;
        ahead.peek(Token![const]) || ahead.peek(Token![type])
    };
    let mut tokens = TokenStream::new();
    while !input.is_empty() {
        let tree: TokenTree = input.parse()?;
        let ends = match &tree {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !ends_with_semicolon,
            _ => false,
        };
        tokens.extend([tree]);
        if ends {
            break;
        }
    }
    Ok(tokens)
}
