//! The names of the drivers' types in the document. Two drivers may name two types alike, or as this server names one
//! of its own, and a type's name may have characters that OpenAPI does not take.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use schemars::Schema;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::methods::Method;
use super::{Defined, schemas};

/// Where types are defined.
pub(super) const PATH: &str = "/components/schemas";

/// Gives each type a name that is its own, and tells those who refer to it.
pub(super) fn in_order(methods: &mut [Method], defined: Defined) -> Defined {
    let mut taken: BTreeSet<String> = schemas::NAMES.iter().map(|name| (*name).to_owned()).collect();
    let mut renamed = BTreeMap::new();
    for name in defined.keys() {
        let plain = plain(name);
        let new = (1..)
            .map(|number| {
                if number == 1 {
                    plain.clone()
                } else {
                    format!("{plain}{number}")
                }
            })
            .find(|candidate| !taken.contains(candidate) && (candidate == name || !defined.contains_key(candidate)))
            .unwrap_or(plain);
        taken.insert(new.clone());
        renamed.insert(name.clone(), new);
    }
    for method in methods {
        for schema in [&mut method.takes, &mut method.result].into_iter().flatten() {
            refer(schema, &renamed);
        }
    }
    let defined = defined.into_iter().map(|(name, mut schema)| {
        refer(&mut schema, &renamed);
        (renamed[&name].clone(), schema)
    });
    defined.collect()
}

fn plain(name: &str) -> String {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.chars().map(|c| if is_taken(c) { c } else { '_' }).collect()
}

fn refer(schema: &mut Value, renamed: &BTreeMap<String, String>) {
    let mut transform = RecursiveTransform(|schema: &mut Schema| {
        let Some(new) = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(name_in)
            .and_then(|name| renamed.get(&name))
        else {
            return;
        };
        schema.insert("$ref".into(), reference(new).into());
    });
    if let Ok(schema) = <&mut Schema>::try_from(schema) {
        transform.transform(schema);
    }
}

/// A reference to the type of this name.
pub(super) fn reference(name: &str) -> String {
    format!("#{PATH}/{name}")
}

/// The name in a reference, as schemars writes it: a JSON pointer, then a fragment of a URI.
fn name_in(reference: &str) -> Option<String> {
    let name = reference.strip_prefix('#')?.strip_prefix(PATH)?.strip_prefix('/')?;
    let name = percent_decode_str(name).decode_utf8().ok()?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_made_fit_and_distinct() {
        let defined = json!({
            "A<B>": { "properties": { "n": { "$ref": "#/components/schemas/Node" } }, "default": { "$ref": "x" } },
            "A_B_": { "items": { "$ref": "#/components/schemas/A%3CB%3E" } },
            "Node": {},
        });
        let Value::Object(defined) = defined else {
            unreachable!()
        };
        assert_eq!(
            Value::from(in_order(&mut [], defined)),
            json!({
                "A_B_2": { "properties": { "n": { "$ref": "#/components/schemas/Node2" } }, "default": { "$ref": "x" } },
                "A_B_": { "items": { "$ref": "#/components/schemas/A_B_2" } },
                "Node2": {},
            })
        );
    }
}
