//! What becomes of arguments before a method runs. Nothing of a method is run for that: decoding comes before.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::Verb;
use crate::host::{Argument, Arguments, Input, Instance, Method, Takes};
use crate::testing::piece::panic_text;
use crate::testing::record::{Record, title};
use crate::testing::schema::{document, document_of, resolved};

use super::values::shown;

pub(super) fn examples(record: &Record, made: impl FnOnce() -> Result<Instance, String>) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(schema) = record.driver.config {
        let schema = document(schema);
        for (at, section) in shown(&schema, &schema) {
            match guarded(|| (record.driver.build)(section.clone())) {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => faults.push(format!("the configuration's example{at} {section} is refused: {error}")),
                Err(panic) => faults.push(format!("the configuration's example{at} {section} panics: {panic}")),
            }
        }
    }
    for property in record.driver.properties {
        for (what, value) in promised(property.schema, property.default) {
            let wrong = guarded(|| (property.check)(&value)).unwrap_or_else(|panic| Some(format!("panics: {panic}")));
            faults.extend(wrong.map(|fault| format!("{what} of property `{}`, {value}: {fault}", property.name)));
        }
    }
    // Made on the first use: most drivers need none for this.
    let (mut made, mut instance) = (Some(made), None);
    for method in &record.methods {
        let title = title(method);
        match &method.takes {
            Takes::Named(arguments) => {
                for (index, argument) in arguments.iter().enumerate() {
                    for (what, value) in promised(argument.schema, argument.default) {
                        if let Some(fault) = refusal(method, arguments, index, &value) {
                            let name = argument.name;
                            faults.push(format!("{what} of argument `{name}` of {title}, {value}: {fault}"));
                        }
                    }
                }
            }
            Takes::Body(body) => {
                let Some(schema) = document_of(body.schema) else {
                    continue;
                };
                for (at, value) in shown(&schema, &schema) {
                    if let Some(made) = made.take() {
                        match made() {
                            Ok(made) => instance = Some(made),
                            Err(fault) => faults.push(fault),
                        }
                    }
                    let Some(instance) = &instance else { continue };
                    if let Err(fault) = decode(method, instance, &value.to_string()) {
                        faults.push(format!("the example{at} of the body of {title}, {value}: {fault}"));
                    }
                }
            }
        }
    }
    faults
}

/// The values that a record says are taken.
fn promised(schema: fn(&mut SchemaGenerator) -> Schema, default: Option<fn() -> Value>) -> Vec<(String, Value)> {
    let schema = document(schema);
    let default = default.map(|default| ("the default".to_owned(), default()));
    let examples = shown(&schema, &schema);
    let examples = examples
        .into_iter()
        .map(|(at, value)| (format!("the example{at}"), value));
    default.into_iter().chain(examples).collect()
}

/// Why a value is not taken as this argument.
fn refusal(method: &Method, accepted: &'static [Argument], index: usize, value: &Value) -> Option<String> {
    let body = Map::from_iter([(accepted[index].name.to_owned(), value.clone())]);
    let body = serde_json::to_vec(&body).expect("a map with text keys is JSON");
    let checked = guarded(|| {
        let arguments = Arguments::of(&input(method, &body), &method.takes).map_err(|bad| bad.to_string())?;
        (accepted[index].check)(&arguments, index).map_or(Ok(()), Err)
    });
    checked.unwrap_or_else(|panic| Err(format!("panics: {panic}"))).err()
}

/// Whether an argument may not be left out. Its type is asked, and may panic: as soon as it decodes, that is told.
pub(super) fn is_required(argument: &Argument) -> bool {
    argument.default.is_none() && !guarded(argument.optional).unwrap_or(false)
}

/// JSON of every kind.
fn zoo() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(1.0e300),
        json!(""),
        json!("no such thing"),
        json!("\u{0}\u{1f}\u{fffd}\u{10ffff}"),
        json!("x".repeat(100_000)),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "no such key": [] }),
    ]
}

pub(super) fn arguments(record: &Record, instance: &Instance) -> Vec<String> {
    let mut faults = Vec::new();
    for property in record.driver.properties {
        for value in zoo() {
            if let Err(panic) = guarded(|| (property.check)(&value)) {
                let value = short(&value.to_string());
                faults.push(format!("property `{}`: {value} panics: {panic}", property.name));
            }
        }
    }
    for method in &record.methods {
        let title = title(method);
        let found = match &method.takes {
            Takes::Named(arguments) => named(method, instance, arguments),
            Takes::Body(body) => whole(method, instance, document_of(body.schema).as_ref()),
        };
        faults.extend(found.into_iter().map(|fault| format!("{title}: {fault}")));
    }
    faults
}

fn named(method: &Method, instance: &Instance, arguments: &[Argument]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut wants = |body: String, names: &[&str]| match decode(method, instance, &body) {
        Err(Refused::Panic(text)) => faults.push(format!("{} panics: {text}", short(&body))),
        Err(Refused::Said(text)) => {
            let unnamed = names.iter().find(|name| !text.contains(&format!("`{name}`")));
            faults.extend(unnamed.map(|name| format!("{} is refused without naming `{name}`: {text}", short(&body))));
        }
        Ok(()) if names.is_empty() => {}
        Ok(()) => faults.push(format!(
            "{} is taken, though `{}` is wrong in it",
            short(&body),
            names.join("`, `")
        )),
    };
    let required = arguments.iter().filter(|argument| is_required(argument));
    let required: Vec<&str> = required.map(|argument| argument.name).collect();
    wants("{}".into(), &required);
    wants(json!({ "no_such_argument": 1 }).to_string(), &["no_such_argument"]);
    for body in ["[]", "7", "\"text\"", "{", "\u{fffd}"] {
        wants(body.into(), &[]);
        if decode(method, instance, body).is_ok() {
            wants(body.into(), &["the body"]);
        }
    }
    for argument in arguments {
        let schema = document(argument.schema);
        for value in zoo() {
            let names: &[&str] = if is_excluded(&schema, &value) {
                &[argument.name]
            } else {
                &[]
            };
            wants(json!({ argument.name: value }).to_string(), names);
        }
    }
    faults
}

fn whole(method: &Method, instance: &Instance, schema: Option<&Value>) -> Vec<String> {
    let mut faults = Vec::new();
    for value in zoo() {
        let excluded = schema.is_some_and(|schema| is_excluded(schema, &value));
        let body = value.to_string();
        match decode(method, instance, &body) {
            Err(Refused::Panic(text)) => faults.push(format!("{} panics: {text}", short(&body))),
            Ok(()) if excluded => faults.push(format!("{} is taken, though its schema forbids it", short(&body))),
            _ => {}
        }
    }
    let required = schema
        .and_then(|schema| resolved(schema, schema).get("required")?.as_array())
        .filter(|names| !names.is_empty());
    if let Some(names) = required
        && let Err(Refused::Said(text)) = decode(method, instance, "{}")
        && !names.iter().filter_map(Value::as_str).any(|name| text.contains(name))
    {
        faults.push(format!("{{}} is refused without naming what is missing: {text}"));
    }
    faults
}

/// Whether a schema leaves no doubt that a value is wrong, however leniently scalars are read.
fn is_excluded(schema: &Value, value: &Value) -> bool {
    let Some(types) = types(schema, schema, 0) else {
        return false;
    };
    match value {
        Value::Object(_) => !types.contains("object"),
        // Serde reads a struct from the list of its members too, so an object's type may take a list.
        Value::Array(_) => !types.contains("array") && !types.contains("object"),
        Value::String(text) if text == "no such thing" => types
            .iter()
            .all(|name| ["boolean", "integer", "null", "number"].contains(&name.as_str())),
        _ => false,
    }
}

/// The types that a schema allows; `None` where it does not say.
fn types(document: &Value, schema: &Value, depth: usize) -> Option<BTreeSet<String>> {
    let schema = resolved(document, schema);
    if depth > 8 {
        return None;
    }
    if let Some(named) = schema.get("type") {
        let one = named.as_str().map(Into::into);
        let many = named.as_array().into_iter().flatten().filter_map(Value::as_str);
        return Some(one.into_iter().chain(many.map(Into::into)).collect());
    }
    let mut all = BTreeSet::new();
    for schema in schema.get("anyOf").or(schema.get("oneOf"))?.as_array()? {
        all.extend(types(document, schema, depth + 1)?);
    }
    Some(all)
}

/// Why a body is not taken.
pub(super) enum Refused {
    Said(String),
    Panic(String),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Said(text) => f.write_str(text),
            Self::Panic(text) => write!(f, "panics: {text}"),
        }
    }
}

/// Decodes a body for a method.
pub(super) fn decode(method: &Method, instance: &Instance, body: &str) -> Result<(), Refused> {
    let input = input(method, body.as_bytes());
    let decoded = guarded(|| method.prepare(instance, &input).map(drop));
    match decoded {
        Ok(decoded) => decoded.map_err(|bad| Refused::Said(bad.to_string())),
        Err(panic) => Err(Refused::Panic(panic)),
    }
}

/// A body as a request of the first verb that the method answers.
pub(super) fn input<'b>(method: &Method, body: &'b [u8]) -> Input<'b> {
    Input {
        verb: method.verbs.first().copied().unwrap_or(Verb::Post),
        query: &[],
        body,
        content_type: Some("application/json"),
    }
}

fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| panic_text(&*panic))
}

/// A body for a message.
fn short(body: &str) -> String {
    match body.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &body[..end]),
        None => body.into(),
    }
}
