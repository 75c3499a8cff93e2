//! Rules for a struct of properties: it is one type, each of its keys is one key, each field says what it means.

use std::collections::HashSet;

use syn::{GenericParam, Type};

use super::types::{owned, text};
use crate::errors::Errors;
use crate::model::{PropertiesStruct, Property};
use crate::signature::{bare, borrows};

/// All rules.
pub(crate) fn properties(all: &PropertiesStruct, errors: &mut Errors) {
    for parameter in &all.item.generics.params {
        errors.on(
            parameter,
            match parameter {
                GenericParam::Lifetime(_) => "a struct of properties owns its values: it has no lifetimes",
                _ => "a struct of properties has no type parameters: a node's settings name no type",
            },
        );
    }
    let mut seen = HashSet::new();
    for property in &all.properties {
        name(property, errors);
        // Of those under a `#[cfg]` only one may exist.
        if property.conditions.is_empty() && !seen.insert(&property.name.value) {
            errors.at(
                property.name.span,
                format!(
                    "the key `{}` is given twice: give one of the fields another `name = \"…\"`",
                    property.name.value
                ),
            );
        }
        // Borrowed fields need a lifetime, which was reported.
        if all.item.generics.params.is_empty() {
            owns(&property.ty, errors);
        }
        if !property.is_documented {
            errors.on(
                &property.field,
                format!(
                    "`{}` has no documentation, which tells operators what to write there: put `/// …` above it",
                    property.field
                ),
            );
        }
    }
    if let (Some(debug), Some(secret)) = (all.debug, all.properties.iter().find(|property| property.secret)) {
        errors.at(
            debug,
            format!(
                "a derived `Debug` shows `{}`, which is a secret: remove it, `#[properties]` makes one that hides secrets",
                secret.field
            ),
        );
    }
}

fn name(property: &Property, errors: &mut Errors) {
    let name = &property.name;
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let fault = if name.value.is_empty() {
        "it is empty".into()
    } else if let Some(bad) = name.value.chars().find(|c| !is_fit(*c)) {
        format!("`{bad}` is not one of letters, digits, `_`, `-` and `.`")
    } else {
        return;
    };
    errors.at(
        name.span,
        format!("`{}` cannot be a key of `driver_info`: {fault}", name.value),
    );
}

fn owns(ty: &Type, errors: &mut Errors) {
    match bare(ty) {
        Type::Reference(reference) => {
            let owned = owned(&reference.elem);
            errors.on(
                ty,
                format!("a property owns its value: write `{owned}` instead of `{}`", text(ty)),
            );
        }
        other if borrows(other) => errors.on(ty, "a property owns its value: its type cannot borrow"),
        _ => {}
    }
}
