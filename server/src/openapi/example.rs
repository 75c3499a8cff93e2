//! An example of a value, made from its schema alone. What a schema does not lead to (a pattern, a type without an
//! end) has no example: a wrong one is worse than none.

use std::collections::BTreeSet;

use serde_json::{Number, Value, json};

use super::Defined;
use super::names::PATH;

/// So deep a type may hold another one.
const DEPTH_MAX: usize = 8;

/// Which members of an object an example has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Members {
    /// Those that must be there, and those with a default: what a caller sends.
    Needed,
    /// All: what a method returns.
    All,
}

/// An example, if there is one.
pub(super) fn of(schema: &Value, defined: &Defined, members: Members) -> Option<Value> {
    Maker { defined, members }.value(schema, 0)
}

/// The kinds of value that a schema allows, `any` where it does not say.
pub(super) fn kinds<'s>(schema: &'s Value, defined: &'s Defined) -> BTreeSet<&'s str> {
    let mut kinds = BTreeSet::new();
    add_kinds(schema, defined, 0, &mut kinds);
    kinds
}

fn add_kinds<'s>(schema: &'s Value, defined: &'s Defined, depth: usize, kinds: &mut BTreeSet<&'s str>) {
    let variants = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)?.as_array());
    match (schema.get("type"), referred(schema, defined), variants) {
        _ if depth > DEPTH_MAX => {
            kinds.insert("any");
        }
        (Some(Value::Array(several)), ..) => kinds.extend(several.iter().filter_map(Value::as_str)),
        (Some(one), ..) => kinds.extend(one.as_str()),
        (None, Some(next), _) => add_kinds(next, defined, depth + 1, kinds),
        (None, None, Some(variants)) => variants
            .iter()
            .for_each(|variant| add_kinds(variant, defined, depth + 1, kinds)),
        (None, None, None) => {
            kinds.insert(if schema.get("properties").is_some() {
                "object"
            } else {
                "any"
            });
        }
    }
}

fn referred<'s>(schema: &Value, defined: &'s Defined) -> Option<&'s Value> {
    let name = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    defined.get(name.strip_prefix(PATH)?.strip_prefix('/')?)
}

struct Maker<'s> {
    defined: &'s Defined,
    members: Members,
}

impl Maker<'_> {
    fn value(&self, schema: &Value, depth: usize) -> Option<Value> {
        if depth > DEPTH_MAX {
            return None;
        }
        let schema = match schema {
            Value::Bool(true) => return Some("text".into()),
            Value::Object(schema) => schema,
            _ => return None,
        };
        let first = |key: &str| schema.get(key)?.as_array()?.first().cloned();
        let written = first("examples")
            .or_else(|| schema.get("default").filter(|value| !value.is_null()).cloned())
            .or_else(|| schema.get("const").cloned())
            .or_else(|| first("enum"));
        if written.is_some() {
            return written;
        }
        if schema.contains_key("$ref") {
            return self.value(referred(&Value::Object(schema.clone()), self.defined)?, depth + 1);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(variants) = schema.get(key).and_then(Value::as_array) {
                // With what stands beside the variants no example is made.
                if schema.contains_key("properties") {
                    return None;
                }
                let mut examples = variants.iter().filter_map(|variant| self.value(variant, depth + 1));
                return examples.find(|example| !example.is_null());
            }
        }
        if ["allOf", "not", "if", "pattern"]
            .iter()
            .any(|key| schema.contains_key(*key))
        {
            return None;
        }
        let kind = match schema.get("type") {
            Some(Value::String(kind)) => kind.as_str(),
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null")?,
            _ if schema.contains_key("properties") => "object",
            _ => return Some("text".into()),
        };
        match kind {
            "string" => text(&Value::Object(schema.clone())),
            "integer" => number(schema, true),
            "number" => number(schema, false),
            "boolean" => Some(true.into()),
            "array" => self.array(schema, depth),
            "object" => self.object(schema, depth),
            _ => Some(Value::Null),
        }
    }

    fn array(&self, schema: &serde_json::Map<String, Value>, depth: usize) -> Option<Value> {
        if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
            let items: Option<Vec<Value>> = items.iter().map(|item| self.value(item, depth + 1)).collect();
            return items.map(Value::from);
        }
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        match schema.get("items").and_then(|items| self.value(items, depth + 1)) {
            Some(item) if least <= 1 && schema.get("maxItems") != Some(&json!(0)) => Some(json!([item])),
            _ if least == 0 => Some(json!([])),
            _ => None,
        }
    }

    fn object(&self, schema: &serde_json::Map<String, Value>, depth: usize) -> Option<Value> {
        let mut example = serde_json::Map::new();
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
        for (name, member) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let is_needed = is_required(name);
            let has_default = member.get("default").is_some_and(|value| !value.is_null());
            if !is_needed && !has_default && self.members == Members::Needed {
                continue;
            }
            match self.value(member, depth + 1) {
                Some(value) => {
                    example.insert(name.clone(), value);
                }
                None if is_needed => return None,
                None => {}
            }
        }
        let missing = required.into_iter().flatten().filter_map(Value::as_str);
        if missing.into_iter().any(|name| !example.contains_key(name)) {
            return None;
        }
        Some(example.into())
    }
}

fn text(schema: &Value) -> Option<Value> {
    let text = match schema.get("format").and_then(Value::as_str) {
        None => "text",
        Some("uuid") => "1be26c0b-03f2-4d2e-ae87-c02d7f33c123",
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("date") => "2026-01-31",
        Some("uri") => "https://example.org/",
        Some("ipv4" | "ip") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some(_) => return None,
    };
    let bound = |key: &str| {
        schema
            .get(key)
            .and_then(Value::as_u64)
            .and_then(|bound| usize::try_from(bound).ok())
    };
    let (least, most) = (
        bound("minLength").unwrap_or(0),
        bound("maxLength").unwrap_or(usize::MAX),
    );
    if (least..=most).contains(&text.len()) {
        Some(text.into())
    } else if schema.get("format").is_none() && least <= most && least <= 64 {
        Some("x".repeat(least.max(1).min(most)).into())
    } else {
        None
    }
}

fn number(schema: &serde_json::Map<String, Value>, is_whole: bool) -> Option<Value> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let fits = |number: f64| {
        bound("minimum").is_none_or(|least| number >= least)
            && bound("maximum").is_none_or(|most| number <= most)
            && bound("exclusiveMinimum").is_none_or(|least| number > least)
            && bound("exclusiveMaximum").is_none_or(|most| number < most)
            && bound("multipleOf").is_none_or(|step| number % step == 0.0)
    };
    let candidates = [
        Some(1.0),
        bound("minimum").map(f64::ceil),
        bound("maximum").map(f64::floor),
        bound("multipleOf"),
        Some(0.0),
    ];
    let number = candidates.into_iter().flatten().find(|number| fits(*number))?;
    if is_whole || number.fract() == 0.0 {
        // Small enough to be exact, or no example.
        (number.abs() < 9e15).then(|| Value::from(number as i64))
    } else {
        Number::from_f64(number).map(Value::Number)
    }
}
