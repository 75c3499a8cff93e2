//! What cannot be read as a member of a block, mostly because its author is still typing it: how far it reaches, so
//! that it takes no neighbour along, and how an editor still sees into it.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::token::Bracket;
use syn::{Attribute, ImplItem, ItemImpl, Result, Token};

use super::is_end;

/// Something that is no member.
pub(crate) struct Unread {
    pub(crate) start: Span,
    /// Functions in it, as far as one can tell.
    functions: TokenStream,
}

impl Unread {
    /// An attribute, which begins here.
    pub(super) fn attribute(start: Span, attribute: TokenStream) -> Self {
        let functions = swallowed(attribute).unwrap_or_default();
        Self { start, functions }
    }

    /// Takes what stands there after these attributes: up to what ends a member, or to the beginning of the next one.
    pub(super) fn member(attrs: &[Attribute], input: ParseStream) -> Result<Self> {
        let start = input.span();
        let mut tokens = TokenStream::new();
        // Whether what came last leads up to another word that begins a member, as `async` does.
        let mut leads = false;
        while !input.is_empty() && !is_attribute(input) {
            if !tokens.is_empty() && begins(input) && (!leads || input.peek(Token![pub])) {
                break;
            }
            leads = begins(input) && !input.peek(Token![fn]);
            let tree: TokenTree = input.parse()?;
            let ends = is_end(&tree, true);
            tokens.extend([tree]);
            if ends {
                break;
            }
        }
        let has = |test: fn(TokenTree) -> bool| tokens.clone().into_iter().any(test);
        let functions = if tokens.is_empty() {
            swallowed(attrs.last().to_token_stream()).unwrap_or_default()
        } else if has(|tree| is_word(&tree, &["fn"])) && has(|tree| is_group(&tree, Delimiter::Parenthesis)) {
            tokens
        } else {
            TokenStream::new()
        };
        Ok(Self { start, functions })
    }

    /// The functions as rust-analyzer alone shall see them, which makes something of half a signature. The compiler
    /// would refuse them a second time, so it is shown no more than the tokens of a macro call that is not there.
    pub(crate) fn shown(self, header: &ItemImpl) -> TokenStream {
        if self.functions.is_empty() {
            return TokenStream::new();
        }
        let block = ItemImpl {
            attrs: Vec::new(),
            trait_: None,
            items: vec![ImplItem::Verbatim(self.functions)],
            ..header.clone()
        };
        quote! {
            #[allow(unexpected_cfgs)]
            const _: () = {
                #[cfg(rust_analyzer)]
                ::core::cfg_select! { _ => { #block } }
            };
        }
    }
}

/// The members that an attribute holds whose parenthesis or bracket is still to be closed. The compiler reads no such
/// file; rust-analyzer closes it at the end of the block.
fn swallowed(tokens: TokenStream) -> Option<TokenStream> {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    if let Some(word) = trees.iter().position(|tree| is_word(tree, &["fn"])) {
        let leads = |tree: &&TokenTree| is_word(tree, &["pub", "const", "async", "unsafe"]);
        let start = word - trees[..word].iter().rev().take_while(leads).count();
        return Some(trees.drain(start..).collect());
    }
    trees.into_iter().find_map(|tree| match tree {
        TokenTree::Group(group) => swallowed(group.stream()),
        _ => None,
    })
}

pub(super) fn is_attribute(input: ParseStream) -> bool {
    input.peek(Token![#]) && input.peek2(Bracket)
}

/// Whether the next word is one that members begin with.
fn begins(input: ParseStream) -> bool {
    input.peek(Token![pub])
        || input.peek(Token![const])
        || input.peek(Token![async])
        || input.peek(Token![unsafe])
        || input.peek(Token![extern])
        || input.peek(Token![fn])
        || input.peek(Token![type])
}

fn is_word(tree: &TokenTree, words: &[&str]) -> bool {
    matches!(tree, TokenTree::Ident(word) if words.iter().any(|each| word == each))
}

fn is_group(tree: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == delimiter)
}
