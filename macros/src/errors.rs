//! Collects mistakes, so that an author sees all of a block at once. A message is in the author's words,
//! stands at the author's token, and says what is accepted.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors {
    ours: Vec<syn::Error>,
    /// What is said for members that cannot be read.
    unread: Vec<TokenStream>,
}

impl Errors {
    /// A mistake at one place.
    pub(crate) fn at(&mut self, span: Span, text: impl std::fmt::Display) {
        self.ours.push(syn::Error::new(span, text));
    }

    /// A mistake in all of these tokens.
    pub(crate) fn on(&mut self, tokens: &impl ToTokens, text: impl std::fmt::Display) {
        self.ours.push(syn::Error::new_spanned(tokens, text));
    }

    /// What a parser found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.ours.push(error);
    }

    /// A member that cannot be read, and what an editor shall see of it. The compiler has refused it in its own, better
    /// words.
    pub(crate) fn unread(&mut self, span: Span, shown: TokenStream) {
        self.unread.extend([unless_refused(span), shown]);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ours.is_empty() && self.unread.is_empty()
    }

    pub(crate) fn count(&self) -> usize {
        self.ours.len()
    }

    /// All of them, as code that the compiler refuses with these texts.
    pub(crate) fn tokens(&self) -> TokenStream {
        let ours = self.ours.iter().map(syn::Error::to_compile_error);
        ours.chain(self.unread.iter().cloned()).collect()
    }
}

/// Should the compiler know a syntax that these macros do not, a method would be lost without a word. Lints of this
/// kind are heard only where nothing else is wrong.
fn unless_refused(span: Span) -> TokenStream {
    quote_spanned! {span.resolved_at(Span::call_site())=>
        const _: () = {
            #[must_use = "the macros of this version of bessemer do not know its syntax"]
            const fn this_member_is_not_read() -> ::core::primitive::u8 {
                0
            }
            #[allow(dead_code)]
            #[deny(unused_must_use)]
            fn say_so() {
                this_member_is_not_read();
            }
        };
    }
}

/// The accepted word that was probably meant.
pub(crate) fn nearest<'a>(word: &str, accepted: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    accepted
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(name, word), name))
        .filter(|(distance, name)| *distance <= 1.max(name.len().max(word.len()) / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// ``` `a`, `b` and `c` ```
pub(crate) fn list<S: AsRef<str>>(words: &[S]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        None => "nothing".into(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
