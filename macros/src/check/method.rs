//! Rules for one method: its name, its receiver, its result, the pair of lock and node. Those for its arguments are in
//! `arguments.rs`.

use syn::{FnArg, GenericParam, Generics, ReceiverKind, Safety, Signature, Type};

use super::arguments::arguments;
use super::name_fault;
use super::types::{borrowed_for_the_call, for_the_call, is_node, text};
use crate::errors::Errors;
use crate::model::{Input, Level, Method, NodeParameter};
use crate::signature::{bare, borrows, ends_in};

pub(super) fn method(method: &Method, errors: &mut Errors) {
    let name = &method.name;
    if name.value == "methods" {
        errors.at(
            name.span,
            "a method cannot be called `methods`: that address lists the methods; give it another `name = \"…\"`",
        );
    } else if let Some(fault) = name_fault(&name.value) {
        errors.at(
            name.span,
            format!(
                "`{}` cannot be the name of a method: {fault}; give it one with `name = \"…\"`",
                name.value
            ),
        );
    }
    qualifiers(&method.sig, errors);
    receiver(&method.sig, errors);
    result(method, errors);
    match &method.level {
        Level::Node(node) => node_parameter(method, node.as_deref(), errors),
        Level::Driver => {}
    }
    arguments(method, errors);
}

fn qualifiers(sig: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(unsafety) = &sig.safety {
        errors.on(unsafety, "a vendor method is called from safe code: remove `unsafe`");
    }
    if let Some(variadic) = &sig.variadic {
        errors.on(variadic, "a vendor method has a fixed list of arguments");
    }
    generics(&sig.generics, errors);
}

fn generics(generics: &Generics, errors: &mut Errors) {
    for parameter in &generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            errors.on(
                parameter,
                "a vendor method has no type parameters: the caller sends JSON, which names no type",
            );
        }
    }
}

fn receiver(sig: &Signature, errors: &mut Errors) {
    let shared = "one driver serves every node at once, so its methods take `&self`";
    match sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) => match &receiver.kind {
            ReceiverKind::Reference(_, lifetime, None) => for_the_call(lifetime.as_ref(), errors),
            ReceiverKind::Reference(_, _, Some(mutable)) => {
                errors.on(mutable, format!("{shared}: remove `mut`"));
            }
            ReceiverKind::Typed(_, ty) if matches!(&**ty, Type::Reference(r) if r.mutability.is_none() && ends_in(&r.elem, "Self")) =>
            {
                borrowed_for_the_call(ty, errors);
            }
            _ => errors.on(receiver, format!("{shared}: write `&self`")),
        },
        _ => errors.on(&sig.ident, format!("`{}` has no `&self`: {shared}", sig.ident)),
    }
}

fn result(method: &Method, errors: &mut Errors) {
    let Some(ty) = method.output() else {
        errors.at(
            method.sig.paren_token.span.close(),
            "a vendor method returns a `Result`: write `-> Result<T>` for a value, `-> Result<()>` for none",
        );
        return;
    };
    if let Type::ImplTrait(_) = bare(ty) {
        errors.on(ty, "write `async fn` and the `Result` itself");
    } else if borrows(ty) {
        errors.on(
            ty,
            "the result outlives the call, so it owns its value: write `String` for `&str`",
        );
    }
    if let Some(attach) = &method.options.attach
        && attach.value
        && method.is_background()
    {
        errors.at(
            attach.span,
            "an `async` method answers 202 with no body: it cannot attach bytes",
        );
    }
}

/// The pair of lock option and node type.
fn node_parameter(method: &Method, node: Option<&NodeParameter>, errors: &mut Errors) {
    let exclusive = method.is_exclusive();
    let wanted = if exclusive { "node: &mut Node" } else { "node: &Node" };
    let Some(NodeParameter { ty, argument }) = node else {
        errors.on(
            &method.sig.ident,
            format!(
                "`{}` is a method of a node, so it takes the node first: `{wanted}`; \
                 for a method of the driver alone write `#[driver_passthru(…)]`",
                method.sig.ident
            ),
        );
        return;
    };
    if argument.is_some() || is_no_node(ty) {
        // Where the node follows later, that is said there.
        if misplaced_node(method).is_none() {
            errors.on(
                ty,
                format!(
                    "`{}` cannot be the node, which comes first: write `{wanted}` before it; \
                     for a method of the driver alone write `#[driver_passthru(…)]`",
                    text(ty)
                ),
            );
        }
        return;
    }
    if method.options.lock_is_unread {
        return;
    }
    borrowed_for_the_call(ty, errors);
    let fault = match (exclusive, bare(ty)) {
        (true, Type::Reference(node)) if node.mutability.is_some() => return,
        (true, Type::Reference(_)) => {
            "only shares the node's lock, but this method holds it alone: \
             take `&mut Node`, or write `require_exclusive_lock = false`"
        }
        (true, other) if ends_in(other, "NodeSnapshot") => {
            "takes no lock, but this method holds the node's exclusive one: \
             take `&mut Node`, or write `require_exclusive_lock = false`"
        }
        (false, Type::Reference(node)) if node.mutability.is_some() => {
            "needs the node's exclusive lock, but `require_exclusive_lock = false` only shares it: \
             take `&Node`, or remove that option"
        }
        (false, Type::Reference(node)) if ends_in(&node.elem, "NodeSnapshot") => {
            "is borrowed, but a snapshot is the method's own copy: write `NodeSnapshot`"
        }
        (true, other) if ends_in(other, "Node") => "is not borrowed: write `&mut Node`",
        (false, other) if ends_in(other, "Node") => {
            "is not borrowed: write `&Node` to share its lock, or `NodeSnapshot` for a copy without a lock"
        }
        _ => return,
    };
    errors.on(ty, format!("`{}` {fault}", text(ty)));
}

/// Whether a type is known to be no node, without asking the compiler.
fn is_no_node(ty: &Type) -> bool {
    const OTHERS: [&str; 26] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
        "usize", "str", "String", "Vec", "Option", "HashMap", "BTreeMap", "Map", "Value", "Verb", "Call",
    ];
    match bare(ty) {
        Type::Reference(reference) => is_no_node(&reference.elem),
        other => OTHERS.iter().any(|name| ends_in(other, name)),
    }
}

/// A node that does not stand where the node stands.
fn misplaced_node(method: &Method) -> Option<&Type> {
    method.inputs.iter().find_map(|input| match input {
        Input::Named(argument) if is_node(bare(&argument.ty)) => Some(&argument.ty),
        _ => None,
    })
}
