//! An impl block taken apart: its header and, for each member, its attributes and its signature. Bodies stay
//! unparsed tokens, and a member that cannot be read is left out: the compiler, which reads a block before it asks a
//! macro, has told what is wrong with it. What is only half typed costs the author no other method.

mod unread;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{ParseStream, Parser as _};
use syn::token::Brace;
use syn::{Attribute, Ident, ItemImpl, Path, Result, Signature, Token, Visibility};

pub(crate) use unread::Unread;

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
    /// What is none of these.
    Unread(Unread),
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
            member(input, &mut members)?;
        }
        Ok((inner, members))
    };
    let (inner, members) = members.parse2(braces.stream())?;
    header.attrs.extend(inner);
    Ok(Source { header, members })
}

/// Takes the next member. An attribute of it that cannot be read is one of its own.
fn member(input: ParseStream, members: &mut Vec<Member>) -> Result<()> {
    let mut attrs = Vec::new();
    while unread::is_attribute(input) {
        let start = input.span();
        let attribute = TokenStream::from_iter([input.parse::<TokenTree>()?, input.parse()?]);
        match Attribute::parse_outer.parse2(attribute.clone()) {
            Ok(attribute) => attrs.extend(attribute),
            Err(_) => members.push(Member::Unread(Unread::attribute(start, attribute))),
        }
    }
    let ahead = input.fork();
    members.push(match read(attrs.clone(), &ahead) {
        Ok(member) => {
            input.advance_to(&ahead);
            member
        }
        Err(_) => Member::Unread(Unread::member(&attrs, input)?),
    });
    Ok(())
}

fn read(attrs: Vec<Attribute>, input: ParseStream) -> Result<Member> {
    let ahead = input.fork();
    if let Some(function) = function(attrs.clone(), &ahead)? {
        input.advance_to(&ahead);
        return Ok(Member::Fn(Box::new(function)));
    }
    if !is_other(&input.fork()) {
        return Err(input.error("expected a member"));
    }
    let rest = other(input)?;
    Ok(Member::Other { attrs, rest })
}

/// A function, or nothing if the member is something else.
pub(crate) fn function(attrs: Vec<Attribute>, input: ParseStream) -> Result<Option<Function>> {
    let before = before(input)?;
    let is_fn = input.peek(Token![fn])
        || input.peek(Token![async])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
        || input.peek(Token![const])
            && (input.peek2(Token![fn])
                || input.peek2(Token![async])
                || input.peek2(Token![unsafe])
                || input.peek2(Token![extern]));
    if !is_fn {
        return Ok(None);
    }
    let sig = input.parse()?;
    Ok(Some(Function {
        attrs,
        before,
        sig,
        body: body(input)?,
    }))
}

/// A body or what stands in its place: a semicolon, or the word by which rust-analyzer replaces one that it cannot
/// read. Where none is typed yet the compiler has said so; one that never returns lets others call the function.
fn body(input: ParseStream) -> Result<TokenStream> {
    let replaced = input.cursor().ident().is_some_and(|(word, _)| word == "__ra_fixup");
    if replaced || input.peek(Brace) || input.peek(Token![;]) {
        Ok(input.parse::<TokenTree>()?.into())
    } else {
        Ok(quote!(
            {
                #![allow(unused_variables)]
                loop {}
            }
        ))
    }
}

/// What stands before a member: visibility and `default`.
fn before(input: ParseStream) -> Result<TokenStream> {
    let vis: Visibility = input.parse()?;
    let default: Option<Ident> = if input.peek(Token![default]) {
        Some(input.call(Ident::parse_any)?)
    } else {
        None
    };
    Ok(quote!(#vis #default))
}

/// Whether this is a constant, a type or a macro call.
fn is_other(input: ParseStream) -> bool {
    let is_call = |input: ParseStream| input.call(Path::parse_mod_style).is_ok() && input.peek(Token![!]);
    before(input).is_ok() && (input.peek(Token![const]) || input.peek(Token![type]) || is_call(input))
}

/// Any other member, up to its end.
fn other(input: ParseStream) -> Result<TokenStream> {
    let ends_with_semicolon = {
        let ahead = input.fork();
        before(&ahead)?;
        ahead.peek(Token![const]) || ahead.peek(Token![type])
    };
    let mut tokens = TokenStream::new();
    loop {
        if unread::is_attribute(input) {
            return Err(input.error("the next member begins here"));
        }
        let tree: TokenTree = input.parse()?;
        let ends = is_end(&tree, !ends_with_semicolon);
        tokens.extend([tree]);
        if ends {
            return Ok(tokens);
        }
    }
}

fn is_end(tree: &TokenTree, braces_end: bool) -> bool {
    match tree {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && braces_end,
        _ => false,
    }
}
