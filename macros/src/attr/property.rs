//! `#[property(…)]` on a field of a struct of properties.

use syn::{Attribute, Expr, LitStr, Meta};

use super::Given;
use super::entry::each;
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
        each(
            options.tokens.clone(),
            PROPERTY,
            "#[property]",
            errors,
            |key, option, errors| match key {
                "name" => this.name = option.text(errors),
                "default" => this.default = option.parse("default = 3", errors),
                _ => this.secret = option.flag(true, errors),
            },
        );
        this
    }
}
