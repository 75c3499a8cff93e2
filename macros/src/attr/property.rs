//! `#[property(…)]` on a field of a struct of properties.

use syn::{Attribute, Expr, LitStr, Meta};

use super::{Given, entries};
use crate::errors::Errors;

/// `#[property(…)]`.
#[derive(Default)]
pub(crate) struct PropertyOptions {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Expr>,
    pub(crate) secret: Option<Given<bool>>,
}

const PROPERTY: &[&str] = &["default", "name", "secret"];

impl PropertyOptions {
    pub(crate) fn read(attribute: &Attribute, errors: &mut Errors) -> Self {
        let mut this = Self::default();
        let Meta::List(options) = &attribute.meta else {
            errors.on(
                attribute,
                "`#[property]` needs an option: `#[property(secret)]`, `#[property(default = 3)]` \
                 or `#[property(name = \"key\")]`",
            );
            return this;
        };
        for option in entries(options.tokens.clone(), PROPERTY, "#[property]", errors) {
            match option.key.to_string().as_str() {
                "name" => this.name = option.text(errors),
                "default" => this.default = option.parse("default = 3", errors),
                _ => this.secret = option.flag(true, errors),
            }
        }
        this
    }
}
