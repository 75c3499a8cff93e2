//! Values made up from a schema: those that it shows as examples where it does, else the simplest that fits. What a
//! schema does not say (the `pattern` of a text, a rule between two members) is not guessed; such a value does not
//! decode, and the author is asked for one.

use serde_json::{Map, Value, json};

use crate::testing::schema::resolved;

/// How much of an object is made up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// What is required, the smallest numbers, empty lists.
    Least,
    /// Everything, one of each.
    Most,
}

/// Deeper than this a type holds itself.
const DEPTH_MAX: usize = 8;

/// A value of this schema; `None` where there is none.
pub(super) fn made_up(document: &Value, schema: &Value, extent: Extent) -> Option<Value> {
    value(document, schema, extent, 0)
}

fn value(document: &Value, schema: &Value, extent: Extent, depth: usize) -> Option<Value> {
    let schema = resolved(document, schema);
    if depth > DEPTH_MAX || *schema == Value::Bool(false) {
        return None;
    }
    let get = |keyword: &str| schema.get(keyword);
    if let Some(shown) = get("examples")
        .and_then(Value::as_array)
        .and_then(|shown| shown.first())
    {
        return Some(shown.clone());
    }
    if let Some(only) = get("const") {
        return Some(only.clone());
    }
    if let Some(values) = get("enum").and_then(Value::as_array) {
        return match extent {
            Extent::Least => values.first().cloned(),
            Extent::Most => values.iter().rfind(|value| !value.is_null()).cloned(),
        };
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(alternatives) = get(keyword).and_then(Value::as_array) {
            let mut made = alternatives
                .iter()
                .filter_map(|schema| value(document, schema, extent, depth + 1));
            return match extent {
                Extent::Least => made.next(),
                Extent::Most => made.find(|value| !value.is_null()),
            };
        }
    }
    let mut whole = match type_of(schema) {
        Some("null") => Value::Null,
        Some("boolean") => Value::Bool(extent == Extent::Most),
        Some("integer") => number(schema, true),
        Some("number") => number(schema, false),
        Some("string") => Value::String(text(schema)),
        Some("array") => array(document, schema, extent, depth)?,
        Some("object") => object(document, schema, extent, depth)?,
        _ if get("properties").is_some() => object(document, schema, extent, depth)?,
        _ if get("allOf").is_some() => Value::Null,
        _ => json!("x"),
    };
    for part in get("allOf").and_then(Value::as_array).into_iter().flatten() {
        let part = value(document, part, extent, depth + 1)?;
        match (&mut whole, part) {
            (Value::Object(whole), Value::Object(part)) => whole.extend(part),
            (whole, part) => *whole = part,
        }
    }
    Some(whole)
}

/// The first type that is not null.
fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str);
            names.clone().find(|name| *name != "null").or_else(|| names.next())
        }
        _ => None,
    }
}

fn number(schema: &Value, whole: bool) -> Value {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let step = bound("multipleOf").unwrap_or(if whole { 1.0 } else { 0.5 });
    let low = bound("minimum").or(bound("exclusiveMinimum").map(|low| low + step));
    let high = bound("maximum").or(bound("exclusiveMaximum").map(|high| high - step));
    let number = match (low, high) {
        (Some(low), _) => low.max(0.0),
        (None, Some(high)) => high.min(0.0),
        (None, None) => 0.0,
    };
    let number = (number / step).ceil() * step;
    // Beyond this a JSON number is no integer to serde.
    match whole && number.abs() < 9.0e15 {
        true => json!(number as i64),
        false => json!(number),
    }
}

fn text(schema: &Value) -> String {
    let known = match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        Some("ipv4" | "ip") => "127.0.0.1",
        Some("ipv6") => "::1",
        Some("uri" | "url") => "http://127.0.0.1/",
        Some("hostname") => "localhost",
        Some("email") => "a@localhost",
        Some("date-time") => "2025-01-01T00:00:00Z",
        Some("date") => "2025-01-01",
        Some("time") => "00:00:00Z",
        Some("duration") => "PT1S",
        _ => {
            let length = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
            let wanted = length("minLength").unwrap_or(1).max(1);
            let length = wanted.min(length("maxLength").unwrap_or(wanted));
            return "x".repeat(usize::try_from(length).unwrap_or(1));
        }
    };
    known.into()
}

fn array(document: &Value, schema: &Value, extent: Extent, depth: usize) -> Option<Value> {
    let count = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let first = schema.get("prefixItems").and_then(Value::as_array);
    let mut items = Vec::new();
    for schema in first.into_iter().flatten() {
        items.push(value(document, schema, extent, depth + 1)?);
    }
    let some = u64::from(extent == Extent::Most && count("maxItems") != Some(0));
    let wanted = count("minItems").unwrap_or(0).max(some);
    let rest = schema.get("items").unwrap_or(&Value::Bool(true));
    while (items.len() as u64) < wanted {
        match value(document, rest, extent, depth + 1) {
            Some(item) => items.push(item),
            None if items.len() as u64 >= count("minItems").unwrap_or(0) => break,
            None => return None,
        }
    }
    Some(Value::Array(items))
}

fn object(document: &Value, schema: &Value, extent: Extent, depth: usize) -> Option<Value> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut object = Map::new();
    for (name, member) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let is_required = required.contains(&name.as_str());
        if is_required || extent == Extent::Most {
            match value(document, member, extent, depth + 1) {
                Some(value) => object.insert(name.clone(), value),
                None if is_required => return None,
                None => continue,
            };
        }
    }
    Some(Value::Object(object))
}

/// Every example that a schema shows, also for its members: each as a whole value that holds it, with its place.
pub(super) fn shown(document: &Value, schema: &Value) -> Vec<(String, Value)> {
    shown_at(document, schema, "", 0)
}

fn shown_at(document: &Value, schema: &Value, at: &str, depth: usize) -> Vec<(String, Value)> {
    let schema = resolved(document, schema);
    let mut all = Vec::new();
    if depth > DEPTH_MAX {
        return all;
    }
    let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    all.extend(list("examples").map(|value| (at.to_owned(), value.clone())));
    for keyword in ["allOf", "anyOf", "oneOf"] {
        all.extend(list(keyword).flat_map(|schema| shown_at(document, schema, at, depth + 1)));
    }
    for (name, member) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let at = format!("{at}/{name}");
        let members = shown_at(document, member, &at, depth + 1);
        let base = || value(document, schema, Extent::Least, depth).filter(Value::is_object);
        for (place, shown) in members {
            if let Some(mut whole) = base() {
                whole[name.as_str()] = shown;
                all.push((place, whole));
            }
        }
    }
    if let Some(items) = schema.get("items") {
        let at = format!("{at}/0");
        let items = shown_at(document, items, &at, depth + 1);
        all.extend(items.into_iter().map(|(place, item)| (place, json!([item]))));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: Value, least: Value, most: Value) {
        assert_eq!(made_up(&schema, &schema, Extent::Least), Some(least));
        assert_eq!(made_up(&schema, &schema, Extent::Most), Some(most));
    }

    #[test]
    fn values_fit_their_schemas() {
        check(json!({ "type": "integer", "minimum": 3 }), json!(3), json!(3));
        check(
            json!({ "type": "number", "exclusiveMinimum": 0 }),
            json!(0.5),
            json!(0.5),
        );
        check(json!({ "type": "string", "minLength": 3 }), json!("xxx"), json!("xxx"));
        check(json!({ "type": ["string", "null"] }), json!("x"), json!("x"));
        check(json!({ "enum": ["a", "b", null] }), json!("a"), json!("b"));
        check(
            json!({ "anyOf": [{ "type": "null" }, { "type": "boolean" }] }),
            json!(null),
            json!(true),
        );
        check(
            json!({ "type": "array", "items": { "type": "integer" } }),
            json!([]),
            json!([0]),
        );
        check(json!({ "type": "integer", "examples": [7] }), json!(7), json!(7));
        let object = json!({ "type": "object", "required": ["a"], "properties": {
            "a": { "$ref": "#/$defs/A" }, "b": { "type": "boolean" },
        }, "$defs": { "A": { "const": 1 } } });
        check(object, json!({ "a": 1 }), json!({ "a": 1, "b": true }));
    }

    #[test]
    fn a_type_that_holds_itself_ends() {
        let list = json!({ "type": "object", "properties": { "next": { "$ref": "#" } } });
        assert_eq!(made_up(&list, &list, Extent::Least), Some(json!({})));
        assert!(made_up(&list, &list, Extent::Most).is_some());
    }

    #[test]
    fn examples_are_shown_in_what_holds_them() {
        let schema = json!({ "type": "object", "required": ["a"], "examples": [{ "a": 1 }], "properties": {
            "a": { "type": "integer" }, "b": { "type": "array", "items": { "type": "string", "examples": ["e"] } },
        } });
        let expected = [
            (String::new(), json!({ "a": 1 })),
            ("/b/0".into(), json!({ "a": 1, "b": ["e"] })),
        ];
        assert_eq!(shown(&schema, &schema), expected);
    }
}
