//! One option of an attribute, and the forms that its value may have. Which options there are, `attr` says.

use std::time::Duration;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Ident, LitBool, LitStr, Token, Type};

use super::{Given, VERBS};
use crate::errors::{Errors, list, nearest};

/// One option: `key`, or `key = value`.
pub(super) struct Entry {
    pub(super) key: Ident,
    pub(super) value: Option<TokenStream>,
    /// Whether a mistake in it was reported.
    is_faulty: bool,
}

/// Hands over the options between the parentheses with their keys, but for those that are unknown or given before.
/// A misspelt one is taken for the one that it resembles, so that the rest is judged as it is meant; of one that is
/// faulty nothing more is said.
pub(super) fn each(
    options: TokenStream,
    known: &[&str],
    whose: &str,
    errors: &mut Errors,
    mut read: impl FnMut(&str, &Entry, &mut Errors),
) {
    for entry in entries(options, known, whose, errors) {
        let mut unsaid = Errors::default();
        let errors = if entry.is_faulty { &mut unsaid } else { &mut *errors };
        read(&entry.key.to_string(), &entry, errors);
    }
}

fn entries(options: TokenStream, known: &[&str], whose: &str, errors: &mut Errors) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let read = |input: ParseStream| {
        while !input.is_empty() {
            if let Some(entry) = entry(input, known, whose, errors)? {
                match entries.iter_mut().find(|earlier| earlier.key == entry.key) {
                    None => entries.push(entry),
                    Some(_) if entry.is_faulty => {}
                    Some(earlier) if earlier.is_faulty => *earlier = entry,
                    Some(_) => errors.at(entry.key.span(), format!("option `{}` is given twice", entry.key)),
                }
            }
            // An option that could not be read is skipped up to the next comma.
            while !input.is_empty() && !input.peek(Token![,]) {
                input.parse::<TokenTree>()?;
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = read.parse2(options) {
        errors.push(error);
    }
    entries
}

fn entry(input: ParseStream, known: &[&str], whose: &str, errors: &mut Errors) -> syn::Result<Option<Entry>> {
    if !input.peek(Ident::peek_any) {
        errors.at(
            input.span(),
            format!("expected an option of `{whose}`: {}", list(known)),
        );
        return Ok(None);
    }
    let mut key = input.call(Ident::parse_any)?;
    let mut word = key.to_string();
    let is_faulty = !known.contains(&word.as_str());
    if is_faulty {
        if word == "require_exclusive_lock" {
            errors.at(
                key.span(),
                "a driver-level method locks no node: remove `require_exclusive_lock`",
            );
            return Ok(None);
        }
        let Some(near) = nearest(&word, known.iter().copied()) else {
            errors.at(
                key.span(),
                format!("unknown option `{word}` of `{whose}`: it knows {}", list(known)),
            );
            return Ok(None);
        };
        errors.at(
            key.span(),
            format!("unknown option `{word}` of `{whose}`, did you mean `{near}`?"),
        );
        word = near.into();
        key = Ident::new(near, key.span());
    }
    if !input.peek(Token![=]) {
        return Ok(Some(Entry {
            key,
            value: None,
            is_faulty,
        }));
    }
    let equals: Token![=] = input.parse()?;
    // Commas do not end the value of these.
    let ahead = input.fork();
    let end = match word.as_str() {
        "config" | "properties" => ahead.parse::<Type>().is_ok(),
        "default" => ahead.parse::<Expr>().is_ok(),
        _ => false,
    };
    let mut value = TokenStream::new();
    while !input.is_empty()
        && if end {
            input.cursor() != ahead.cursor()
        } else {
            !input.peek(Token![,])
        }
    {
        value.extend([input.parse::<TokenTree>()?]);
    }
    if value.is_empty() {
        errors.at(equals.span, format!("option `{word}` has no value after `=`"));
        return Ok(Some(Entry {
            key,
            value: None,
            is_faulty: true,
        }));
    }
    Ok(Some(Entry {
        key,
        value: Some(value),
        is_faulty,
    }))
}

impl Entry {
    /// The value, read by `parser`.
    pub(super) fn parse_with<P: syn::parse::Parser>(
        &self,
        parser: P,
        example: &str,
        errors: &mut Errors,
    ) -> Option<P::Output> {
        let Some(value) = &self.value else {
            errors.at(self.key.span(), format!("`{}` needs a value: `{example}`", self.key));
            return None;
        };
        let read = parser.parse2(value.clone());
        if read.is_err() {
            errors.on(
                value,
                format!("the value of `{}` does not fit: write `{example}`", self.key),
            );
        }
        read.ok()
    }

    pub(super) fn parse<T: syn::parse::Parse>(&self, example: &str, errors: &mut Errors) -> Option<T> {
        self.parse_with(T::parse, example, errors)
    }

    pub(super) fn text(&self, errors: &mut Errors) -> Option<LitStr> {
        // A word without quotes is shown with them.
        let word = self.value.clone().and_then(|value| syn::parse2::<Ident>(value).ok());
        let word = word.map_or_else(|| "…".into(), |word| word.to_string());
        self.parse(&format!("{} = \"{word}\"", self.key), errors)
    }

    pub(super) fn texts(&self, errors: &mut Errors) -> Vec<LitStr> {
        let texts = |input: ParseStream| {
            let content;
            syn::bracketed!(content in input);
            content.parse_terminated(<LitStr as syn::parse::Parse>::parse, Token![,])
        };
        let one = self.value.clone().and_then(|value| syn::parse2::<LitStr>(value).ok());
        let example = match one {
            Some(one) => format!("{} = [\"{}\"]", self.key, one.value()),
            None => format!("{} = [\"…\", \"…\"]", self.key),
        };
        self.parse_with(texts, &example, errors).into_iter().flatten().collect()
    }

    /// A flag; `bare` says whether it may stand without a value.
    pub(super) fn flag(&self, bare: bool, errors: &mut Errors) -> Option<Given<bool>> {
        let span = self.key.span();
        match &self.value {
            None if bare => Some(Given { value: true, span }),
            None => {
                errors.at(span, format!("`{0}` needs a value: `{0} = false`", self.key));
                None
            }
            Some(value) => match syn::parse2::<LitBool>(value.clone()) {
                Ok(LitBool { value, .. }) => Some(Given { value, span }),
                Err(_) => {
                    errors.on(value, format!("`{}` is `true` or `false`, without quotes", self.key));
                    None
                }
            },
        }
    }

    pub(super) fn duration(&self, errors: &mut Errors) -> Option<Duration> {
        let text: LitStr = self.parse("timeout = \"30s\"", errors)?;
        let duration = duration(text.value().trim());
        if duration.is_none() {
            errors.on(
                &text,
                format!(
                    "`{}` is no timeout: write a number above 0 and a unit (`ms`, `s`, `m`, `h`), as in `\"30s\"`",
                    text.value()
                ),
            );
        }
        duration
    }

    /// `"GET,POST"`, `[GET, POST]` or `["GET", "POST"]`.
    pub(super) fn verbs(&self, errors: &mut Errors) -> Vec<(Span, &'static str)> {
        let words = |input: ParseStream| {
            if input.peek(syn::token::Bracket) {
                let content;
                syn::bracketed!(content in input);
                let words = content.parse_terminated(word, Token![,])?;
                Ok(words.into_iter().collect())
            } else {
                // Stable Rust has no spans within a literal, so each word has that of the whole.
                let text: LitStr = input.parse()?;
                Ok(text
                    .value()
                    .split(',')
                    .map(|word| (text.span(), word.trim().to_string()))
                    .collect::<Vec<_>>())
            }
        };
        let words = self
            .parse_with(words, "http = \"GET,POST\"` or `http = [GET, POST]", errors)
            .unwrap_or_default();
        let mut verbs: Vec<(Span, &'static str)> = Vec::new();
        for (span, word) in words {
            match VERBS.iter().find(|(name, _)| *name == word) {
                Some((_, variant)) if verbs.iter().any(|(_, earlier)| earlier == variant) => {
                    errors.at(span, format!("HTTP method `{word}` is given twice"));
                }
                Some((_, variant)) => verbs.push((span, variant)),
                None => errors.at(span, unknown_verb(&word)),
            }
        }
        verbs
    }
}

fn word(input: ParseStream) -> syn::Result<(Span, String)> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        return Ok((text.span(), text.value()));
    }
    let word = input.call(Ident::parse_any)?;
    Ok((word.span(), word.to_string()))
}

fn unknown_verb(word: &str) -> String {
    let names = VERBS.map(|(name, _)| name);
    let name = if word.is_empty() {
        "an empty HTTP method".into()
    } else {
        format!("unknown HTTP method `{word}`")
    };
    match nearest(&word.to_uppercase(), names) {
        Some(near) => format!("{name}, did you mean `{near}`?"),
        None => format!("{name}: vendor passthru answers {}", list(&names)),
    }
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok().filter(|number| *number > 0)?;
    let unit = match text[digits..].trim() {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::from_millis)
}
