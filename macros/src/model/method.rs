//! From a function and its attributes to a method: what it acts on, what it takes, how it is called.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::{Attribute, FnArg, LitStr, Meta, ReturnType, Type};

use super::{Argument, Deprecation, Input, Level, Mark, Method, NodeParameter, conditions, description, is_argument};
use crate::attr::{ArgOptions, Given, MethodOptions};
use crate::errors::Errors;
use crate::parse::Function;
use crate::signature;

impl Method {
    pub(super) fn new(function: &Function, mark: Mark, errors: &mut Errors) -> Self {
        let Function { attrs, sig, .. } = function;
        let node_level = signature::is(&mark.attribute, "passthru");
        let options = MethodOptions::read(&mark.attribute, node_level, errors);
        let name = match &options.name {
            Some(text) => given(text.value(), text.span()),
            None => given(sig.ident.unraw().to_string(), sig.ident.span()),
        };
        let mut parameters = sig.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(typed) => Some(typed),
        });
        let level = if node_level {
            Level::Node(parameters.next().map(|node| {
                Box::new(NodeParameter {
                    ty: (*node.ty).clone(),
                    argument: node.attrs.iter().find(|attribute| is_argument(attribute)).cloned(),
                })
            }))
        } else {
            Level::Driver
        };
        let inputs = parameters.map(|parameter| Input::new(parameter, errors)).collect();
        Self {
            description: match &options.description {
                Some(text) => text.to_token_stream(),
                None => description(attrs),
            },
            deprecated: attrs
                .iter()
                .find(|attribute| attribute.path().is_ident("deprecated"))
                .map(Deprecation::read),
            sig: sig.clone(),
            conditions: conditions(attrs, mark.condition),
            options,
            name,
            level,
            inputs,
        }
    }

    /// The result type, if one is written.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }

    /// Whether it is answered 202 and carried out in the background.
    pub(crate) fn is_background(&self) -> bool {
        self.options.background.as_ref().is_some_and(|given| given.value)
    }

    /// Whether it holds the exclusive lock.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.options.exclusive.as_ref().is_none_or(|given| given.value)
    }
}

impl Input {
    fn new(parameter: &syn::PatType, errors: &mut Errors) -> Self {
        let ty = (*parameter.ty).clone();
        let body = parameter
            .attrs
            .iter()
            .find(|attribute| attribute.path().is_ident("body"));
        let arg = parameter
            .attrs
            .iter()
            .find(|attribute| attribute.path().is_ident("arg"));
        if body.is_none() && arg.is_none() {
            if let Type::Reference(reference) = signature::bare(&ty)
                && signature::ends_in(&reference.elem, "Call")
            {
                return Self::Call(ty);
            }
            if signature::ends_in(&ty, "Verb") {
                return Self::Verb;
            }
        }
        for attribute in &parameter.attrs {
            if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
                errors.on(
                    attribute,
                    "an argument cannot be conditional: write two methods, each with its `#[cfg]`",
                );
            }
        }
        if let Some(body) = body
            && !matches!(body.meta, Meta::Path(_))
        {
            errors.on(body, "`#[body]` has no options");
        }
        let options = arg.map(|arg| ArgOptions::read(arg, errors)).unwrap_or_default();
        if let (Some(body), Some(_)) = (body, arg) {
            errors.on(
                body,
                "a `#[body]` is the whole body: it has neither a name nor a default",
            );
        }
        if let Some(name) = options.name.as_ref().filter(|name| name.value().is_empty()) {
            errors.on(name, "the key of an argument has at least one letter");
        }
        let argument = Argument {
            name: match options.name {
                Some(text) => given(text.value(), text.span()),
                None => given(
                    argument_name(&parameter.pat, body.is_some(), errors),
                    span_of(&parameter.pat),
                ),
            },
            description: description(&parameter.attrs),
            ty,
            default: options.default,
        };
        if body.is_some() {
            Self::Body(argument)
        } else {
            Self::Named(argument)
        }
    }
}

/// The key of an argument that has no `#[arg(name = …)]`.
fn argument_name(pattern: &syn::Pat, is_body: bool, errors: &mut Errors) -> String {
    match pattern {
        syn::Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            let name = pattern.ident.unraw().to_string();
            if let Some(rest) = name.strip_prefix('_')
                && !is_body
            {
                errors.on(
                    &pattern.ident,
                    format!("the name of an argument is its key: write `{rest}`, or `#[arg(name = \"{name}\")]`"),
                );
            }
            name
        }
        _ if is_body => "body".into(),
        other => {
            errors.on(
                other,
                "an argument needs a name, which is its key: write `name: T`, or `#[arg(name = \"…\")]` before it",
            );
            String::new()
        }
    }
}

impl Deprecation {
    fn read(attribute: &Attribute) -> Self {
        let mut this = Self {
            since: None,
            note: None,
        };
        match &attribute.meta {
            Meta::Path(_) => {}
            Meta::NameValue(pair) => this.note = syn::parse2(pair.value.to_token_stream()).ok(),
            // A mistake in here is the compiler's to report.
            Meta::List(list) => {
                let _ = list.parse_nested_meta(|meta| {
                    let value: LitStr = meta.value()?.parse()?;
                    if meta.path.is_ident("since") {
                        this.since = Some(value);
                    } else if meta.path.is_ident("note") {
                        this.note = Some(value);
                    }
                    Ok(())
                });
            }
        }
        this
    }
}

fn given<T>(value: T, span: Span) -> Given<T> {
    Given { value, span }
}

fn span_of(tokens: &impl ToTokens) -> Span {
    tokens
        .to_token_stream()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span())
}
