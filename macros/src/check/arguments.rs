//! Rules for what a method takes after its node: the call, a body or named arguments, how many, of which types.

use syn::{FnArg, Pat, Signature, Type};

use super::types::{borrowed_for_the_call, is_node, owned, text};
use crate::errors::Errors;
use crate::model::{Argument, Input, Level, Method};
use crate::signature::{bare, borrows, ends_in};

pub(super) fn arguments(method: &Method, errors: &mut Errors) {
    count(method, errors);
    let node_first = matches!(method.level, Level::Node(_));
    let mut keys: Vec<&str> = Vec::new();
    let body = method.inputs.iter().find_map(|input| match input {
        Input::Body(body) => Some(body),
        _ => None,
    });
    for (index, input) in method.inputs.iter().enumerate() {
        match input {
            Input::Call(ty) if index == 0 => borrowed_for_the_call(ty, errors),
            Input::Call(ty) if node_first => errors.on(ty, "`&Call` stands right after the node"),
            Input::Call(ty) => errors.on(ty, "`&Call` stands right after `&self`"),
            Input::Verb => {}
            Input::Body(argument) => {
                argument_type(argument, node_first, errors);
                if body.is_some_and(|first| !std::ptr::eq(first, argument)) {
                    errors.at(argument.name.span, "a method has one `#[body]`");
                }
            }
            Input::Named(argument) => {
                argument_type(argument, node_first, errors);
                let name = argument.name.value.as_str();
                if let Some(body) = body {
                    errors.at(
                        argument.name.span,
                        format!(
                            "a method takes one `#[body]` or named arguments: make `{name}` a field of the type of `{}`",
                            body.name.value
                        ),
                    );
                } else if keys.contains(&name) && !is_of_two_parameters(name, &method.sig) {
                    errors.at(argument.name.span, format!("the key `{name}` is given twice"));
                }
                keys.push(name);
            }
        }
    }
}

/// As many as the framework has forms for.
const ARGUMENTS_MAX: usize = 16;

fn count(method: &Method, errors: &mut Errors) {
    // What stands in the signature before them, and whatever the framework fills itself.
    let before = method.sig.inputs.len() - method.inputs.len();
    let arguments = method.inputs.iter().zip(method.sig.inputs.iter().skip(before));
    let mut arguments = arguments.filter(|(input, _)| !matches!(input, Input::Call(_)));
    if let Some((_, FnArg::Typed(first_too_many))) = arguments.nth(ARGUMENTS_MAX) {
        errors.on(
            &first_too_many.pat,
            format!(
                "a method takes at most {ARGUMENTS_MAX} arguments: put them in a struct with `#[bessemer::model]` \
                 and take it as `#[body]`"
            ),
        );
    }
}

/// Whether two parameters are called so, which the compiler reports.
fn is_of_two_parameters(name: &str, sig: &Signature) -> bool {
    let is_called_so = |input: &&FnArg| match input {
        FnArg::Typed(typed) => matches!(&*typed.pat, Pat::Ident(pattern) if pattern.ident == name),
        FnArg::Receiver(_) => false,
    };
    sig.inputs.iter().filter(is_called_so).count() > 1
}

fn argument_type(argument: &Argument, node_first: bool, errors: &mut Errors) {
    let ty = &argument.ty;
    match bare(ty) {
        other if is_node(other) => errors.on(
            ty,
            if node_first {
                "a method has one node, and it comes first, right after `&self`"
            } else {
                "a driver-level method has no node: remove the parameter, or write `#[passthru(…)]` to act on a node"
            },
        ),
        other if ends_in(other, "Call") && argument.default.is_none() => {
            errors.on(ty, "a method borrows its call: write `&Call`")
        }
        Type::Reference(reference) => {
            let owned = owned(&reference.elem);
            errors.on(
                ty,
                format!("an argument owns its value: write `{owned}` instead of `{}`", text(ty)),
            );
        }
        Type::ImplTrait(_) => errors.on(
            ty,
            "an argument has a concrete type: the caller sends JSON, which names none",
        ),
        other if borrows(other) => errors.on(ty, "an argument owns its value: its type cannot borrow"),
        _ => {}
    }
}
