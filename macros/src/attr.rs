//! Attributes as written: options with their places, doubles and unknown ones reported. What an option means
//! for a method is not known here, only what its value may look like.

mod entry;
mod property;

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, LitStr, Path, Type};

use crate::errors::Errors;
use entry::each;
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
    /// Whether the option of the lock is there, but not what it says.
    pub(crate) lock_is_unread: bool,
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
        each(options, DRIVER, "#[driver]", errors, |key, option, errors| match key {
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
        });
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
        each(
            options,
            known,
            &format!("#[{name}]"),
            errors,
            |key, option, errors| match key {
                "http" => this.verbs = option.verbs(errors),
                "async" => this.background = option.flag(true, errors),
                "require_exclusive_lock" => {
                    this.exclusive = option.flag(false, errors);
                    this.lock_is_unread = this.exclusive.is_none();
                }
                "name" => this.name = option.text(errors),
                "description" => this.description = option.text(errors),
                "attach" => this.attach = option.flag(true, errors),
                _ => this.timeout = option.duration(errors),
            },
        );
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
        each(
            options.tokens.clone(),
            ARG,
            "#[arg]",
            errors,
            |key, option, errors| match key {
                "name" => this.name = option.text(errors),
                _ => this.default = option.parse("default = 3", errors),
            },
        );
        this
    }
}
