//! Rules over a whole block: the lock and the node, the level and the options, the form of signatures, names
//! that are given twice. Types are judged by how they are written; what hides behind an alias is judged by the
//! compiler, through the traits that the expansion names.

mod arguments;
mod method;
mod properties;
mod types;

use std::collections::HashMap;

use quote::ToTokens;
use syn::{FnArg, ItemImpl, LitStr, ReceiverKind, Type};

use crate::errors::Errors;
use crate::model::{Block, Hook, HookKind, Level, Method};
pub(crate) use properties::properties;

/// All rules.
pub(crate) fn block(block: &Block, errors: &mut Errors) {
    header(&block.item, errors);
    declaration(block, errors);
    hooks(block, errors);
    for each in &block.methods {
        method::method(each, errors);
    }
    duplicates(&block.methods, errors);
}

fn header(item: &ItemImpl, errors: &mut Errors) {
    if !item.generics.params.is_empty() {
        errors.on(
            &item.generics,
            "the registry holds one concrete driver: write the block for one type, as in `impl Acme<Http>`",
        );
    } else if let Some(clause) = &item.generics.where_clause {
        errors.on(
            clause,
            "the registry holds one concrete driver: remove the `where` clause",
        );
    }
}

fn declaration(block: &Block, errors: &mut Errors) {
    let options = &block.options;
    if options.extend.is_some() {
        let named = options
            .name
            .iter()
            .chain(&options.aliases)
            .map(ToTokens::to_token_stream);
        let types = options.config.iter().chain(&options.properties);
        for value in named.chain(types.map(ToTokens::to_token_stream)) {
            errors.on(
                &value,
                "`#[driver(extend)]` adds to a driver that is named elsewhere: this belongs to the block with the name",
            );
        }
        return;
    }
    if let Some((path, _, _)) = block
        .item
        .trait_
        .as_ref()
        .map(|(path, for_token)| (path, for_token, ()))
    {
        errors.on(
            path,
            "a driver is named on the block of its own methods; for those of a trait write `#[driver(extend)]` here",
        );
    }
    let mut names: Vec<&LitStr> = Vec::new();
    for text in options.name.iter().chain(&options.aliases) {
        let name = text.value();
        if let Some(fault) = name_fault(&name) {
            errors.on(text, format!("`{name}` cannot be the name of a driver: {fault}"));
        } else if names.iter().any(|earlier| earlier.value() == name) {
            errors.on(text, format!("the name `{name}` is given twice"));
        }
        names.push(text);
    }
}

/// What is wrong with a name in URLs, if anything.
fn name_fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("it is empty".into());
    }
    if name.len() > 64 {
        return Some(format!("it has {} characters, at most 64 are allowed", name.len()));
    }
    let bad = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '-'))?;
    Some(format!("`{bad}` is not one of `a` to `z`, `0` to `9`, `_` and `-`"))
}

fn hooks(block: &Block, errors: &mut Errors) {
    let mut seen: Vec<HookKind> = Vec::new();
    for Hook {
        kind,
        attribute,
        sig,
        conditions,
    } in &block.hooks
    {
        if block.options.extend.is_some() {
            errors.on(
                attribute,
                format!("`#[{}]` belongs to the block that names the driver", kind.word()),
            );
        }
        if seen.contains(kind) {
            errors.on(attribute, format!("a driver has one `#[{}]`", kind.word()));
        }
        if conditions.is_empty() {
            seen.push(*kind);
        }
        let mut parameters = sig.inputs.iter();
        let receiver = matches!(
            parameters.next(),
            Some(FnArg::Receiver(receiver)) if matches!(receiver.kind, ReceiverKind::Reference(_, _, None))
        );
        let rest: Vec<&Type> = parameters
            .filter_map(|input| match input {
                FnArg::Typed(typed) => Some(&*typed.ty),
                FnArg::Receiver(_) => None,
            })
            .collect();
        let fits = match kind {
            HookKind::Start | HookKind::Stop => sig.asyncness.is_some() && rest.is_empty(),
            HookKind::Validate => sig.asyncness.is_none() && rest.len() == 1,
        };
        if !receiver || !fits || matches!(sig.output, syn::ReturnType::Default) || !sig.generics.params.is_empty() {
            errors.on(sig, format!("`#[{}]` marks `{}`", kind.word(), kind.form()));
        }
    }
}

/// Methods of one name. Those under a `#[cfg]` may be variants of which one exists; the compiler finds doubles
/// among them, and doubles in two blocks, by the name of a hidden function.
fn duplicates(methods: &[Method], errors: &mut Errors) {
    let mut seen: HashMap<(bool, &str), &Method> = HashMap::new();
    for method in methods.iter().filter(|method| method.conditions.is_empty()) {
        let level = matches!(method.level, Level::Driver);
        let name = method.name.value.as_str();
        if seen.insert((level, name), method).is_some() {
            errors.at(
                method.name.span,
                format!("this block already has a method named `{name}`: give one of them another `name = \"…\"`"),
            );
        }
    }
}
