//! Attributes as written: options with their places, doubles and unknown ones reported. What an option means
//! for a method is not known here, only what its value may look like.

mod property;

use std::time::Duration;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Expr, Ident, LitBool, LitStr, Path, Token, Type};

use crate::errors::{Errors, list, nearest};
pub(crate) use property::PropertyOptions;

/// The verbs that reach vendor passthru, each with the name of its variant of `Verb`.
pub(crate) const VERBS: [(&str, &str); 5] = [
    ("GET", "Get"),
    ("POST", "Post"),
    ("PUT", "Put"),
    ("PATCH", "Patch"),
    ("DELETE", "Delete"),
];

/// An option that was given, and where.
pub(crate) struct Given<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// `#[driver(…)]`.
#[derive(Default)]
pub(crate) struct DriverOptions {
    pub(crate) name: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) config: Option<Type>,
    pub(crate) properties: Option<Type>,
    pub(crate) krate: Option<Path>,
    pub(crate) extend: Option<Span>,
}

/// `#[passthru(…)]` or `#[driver_passthru(…)]`.
#[derive(Default)]
pub(crate) struct MethodOptions {
    /// Pairs of place and variant.
    pub(crate) verbs: Vec<(Span, &'static str)>,
    pub(crate) background: Option<Given<bool>>,
    pub(crate) exclusive: Option<Given<bool>>,
    pub(crate) name: Option<LitStr>,
    pub(crate) description: Option<LitStr>,
    pub(crate) attach: Option<Given<bool>>,
    pub(crate) timeout: Option<Duration>,
}

/// `#[arg(…)]`.
#[derive(Default)]
pub(crate) struct ArgOptions {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Expr>,
}

const DRIVER: &[&str] = &["name", "aliases", "config", "crate", "extend", "properties"];
const METHOD: &[&str] = &[
    "http",
    "async",
    "require_exclusive_lock",
    "name",
    "description",
    "attach",
    "timeout",
];
const DRIVER_METHOD: &[&str] = &["http", "async", "name", "description", "attach", "timeout"];
const ARG: &[&str] = &["default", "name"];

impl DriverOptions {
    pub(crate) fn read(options: TokenStream, errors: &mut Errors) -> Self {
        let mut this = Self::default();
        for option in entries(options, DRIVER, "#[driver]", errors) {
            match option.key.to_string().as_str() {
                "name" => this.name = option.text(errors),
                "aliases" => this.aliases = option.texts(errors),
                "config" => this.config = option.parse("config = MyConfig", errors),
                "properties" => this.properties = option.parse("properties = MyInfo", errors),
                "crate" => {
                    let path = |input: ParseStream| input.call(Path::parse_mod_style);
                    this.krate = option.parse_with(path, "crate = ::bessemer", errors);
                }
                _ => {
                    if let Some(value) = &option.value {
                        errors.on(value, "`extend` stands alone: `#[driver(extend)]`");
                    }
                    this.extend = Some(option.key.span());
                }
            }
        }
        this
    }
}

impl MethodOptions {
    /// Reads an attribute; `node_level` says which of the two it is.
    pub(crate) fn read(attribute: &Attribute, node_level: bool, errors: &mut Errors) -> Self {
        let mut this = Self::default();
        let name = if node_level { "passthru" } else { "driver_passthru" };
        let options = match &attribute.meta {
            syn::Meta::Path(_) => TokenStream::new(),
            syn::Meta::List(list) => list.tokens.clone(),
            syn::Meta::NameValue(_) => {
                errors.on(
                    attribute,
                    format!("write the options in parentheses: `#[{name}(http = \"POST\")]`"),
                );
                return this;
            }
        };
        let known = if node_level { METHOD } else { DRIVER_METHOD };
        let faults = errors.count();
        for option in entries(options, known, &format!("#[{name}]"), errors) {
            match option.key.to_string().as_str() {
                "http" => this.verbs = option.verbs(errors),
                "async" => this.background = option.flag(true, errors),
                "require_exclusive_lock" => this.exclusive = option.flag(false, errors),
                "name" => this.name = option.text(errors),
                "description" => this.description = option.text(errors),
                "attach" => this.attach = option.flag(true, errors),
                _ => this.timeout = option.duration(errors),
            }
        }
        // After another mistake it may be `http` that could not be read.
        if this.verbs.is_empty() && errors.count() == faults {
            errors.on(
                attribute,
                format!("`#[{name}]` needs the HTTP methods that it answers: `#[{name}(http = \"POST\")]`"),
            );
        }
        this
    }
}

impl ArgOptions {
    pub(crate) fn read(attribute: &Attribute, errors: &mut Errors) -> Self {
        let mut this = Self::default();
        let syn::Meta::List(options) = &attribute.meta else {
            errors.on(
                attribute,
                "`#[arg]` needs an option: `#[arg(default = 3)]` or `#[arg(name = \"key\")]`",
            );
            return this;
        };
        for option in entries(options.tokens.clone(), ARG, "#[arg]", errors) {
            match option.key.to_string().as_str() {
                "name" => this.name = option.text(errors),
                _ => this.default = option.parse("default = 3", errors),
            }
        }
        this
    }
}

/// One option: `key`, or `key = value`.
struct Entry {
    key: Ident,
    value: Option<TokenStream>,
}

/// The options between the parentheses, without those that are unknown or given before.
fn entries(options: TokenStream, known: &[&str], whose: &str, errors: &mut Errors) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let read = |input: ParseStream| {
        while !input.is_empty() {
            if let Some(entry) = entry(input, known, whose, errors)? {
                if entries.iter().any(|earlier| earlier.key == entry.key) {
                    errors.at(entry.key.span(), format!("option `{}` is given twice", entry.key));
                } else {
                    entries.push(entry);
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
    let key = input.call(Ident::parse_any)?;
    let word = key.to_string();
    if !known.contains(&word.as_str()) {
        let text = if word == "require_exclusive_lock" {
            "a driver-level method locks no node: remove `require_exclusive_lock`".into()
        } else {
            match nearest(&word, known.iter().copied()) {
                Some(near) => format!("unknown option `{word}` of `{whose}`, did you mean `{near}`?"),
                None => format!("unknown option `{word}` of `{whose}`: it knows {}", list(known)),
            }
        };
        errors.at(key.span(), text);
        return Ok(None);
    }
    if !input.peek(Token![=]) {
        return Ok(Some(Entry { key, value: None }));
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
        return Ok(None);
    }
    Ok(Some(Entry {
        key,
        value: Some(value),
    }))
}

impl Entry {
    /// The value, read by `parser`.
    fn parse_with<P: syn::parse::Parser>(&self, parser: P, example: &str, errors: &mut Errors) -> Option<P::Output> {
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

    fn parse<T: syn::parse::Parse>(&self, example: &str, errors: &mut Errors) -> Option<T> {
        self.parse_with(T::parse, example, errors)
    }

    fn text(&self, errors: &mut Errors) -> Option<LitStr> {
        // A word without quotes is shown with them.
        let word = self.value.clone().and_then(|value| syn::parse2::<Ident>(value).ok());
        let word = word.map_or_else(|| "…".into(), |word| word.to_string());
        self.parse(&format!("{} = \"{word}\"", self.key), errors)
    }

    fn texts(&self, errors: &mut Errors) -> Vec<LitStr> {
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
    fn flag(&self, bare: bool, errors: &mut Errors) -> Option<Given<bool>> {
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

    fn duration(&self, errors: &mut Errors) -> Option<Duration> {
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
    fn verbs(&self, errors: &mut Errors) -> Vec<(Span, &'static str)> {
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
