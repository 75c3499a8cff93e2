//! The listing of a driver's methods as JSON, and each method by itself, rendered once: nothing in it changes
//! afterwards. The first five members are Ironic's, which its clients read; the others tell what a caller
//! must know besides. Each schema is a document of its own, with named types under `$defs`.

use std::sync::Arc;
use std::time::Duration;

use bessemer::host::{Argument, LockMode, Method as Record, Takes};
use bytes::Bytes;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::Method;
use crate::ascii;

/// Method name → what is to be said of it, in short.
pub(super) fn render<'m>(methods: impl Iterator<Item = &'m Arc<Method>>) -> Bytes {
    let listing: Map<String, Value> = methods
        .map(|method| (method.record.name.into(), describe(method.record, method.timeout)))
        .collect();
    bytes(listing.into())
}

/// One method with its name and its whole documentation.
pub(super) fn render_one(method: &Record, timeout: Duration) -> Bytes {
    let mut entry = describe(method, timeout);
    entry["name"] = method.name.into();
    entry["description"] = method.description.trim().into();
    bytes(entry)
}

fn bytes(value: Value) -> Bytes {
    ascii::text(value.to_string()).into()
}

fn describe(method: &Record, timeout: Duration) -> Value {
    let verbs: Vec<&str> = method.verbs.iter().map(|verb| verb.as_str()).collect();
    let lock = method.entry.lock();
    let is_driver_level = method.entry.is_driver_level();
    let mut entry = json!({
        "http_methods": verbs,
        "async": method.is_async,
        "description": first_paragraph(method.description),
        "attach": method.attach,
        "scope": if is_driver_level { "driver" } else { "node" },
        "lock": match lock {
            LockMode::Exclusive => "exclusive",
            LockMode::Shared => "shared",
            LockMode::None => "none",
        },
        "timeout": timeout.as_secs_f64(),
        "deprecated": method
            .deprecated
            .map(|deprecation| json!({ "since": deprecation.since, "note": deprecation.note })),
        "arguments": arguments(&method.takes),
        "result": document(|generator| (method.result)(generator)),
    });
    if !is_driver_level {
        entry["require_exclusive_lock"] = (lock == LockMode::Exclusive).into();
    }
    entry
}

/// A listing has one line for a method; the whole text is where the method stands alone.
pub(crate) fn first_paragraph(text: &str) -> String {
    let lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The schema of what a method takes; `null` for any bytes.
fn arguments(takes: &Takes) -> Value {
    document(|generator| taken(takes, generator))
}

/// The same with the named types left in the generator; `None` for any bytes.
pub(crate) fn taken(takes: &Takes, generator: &mut SchemaGenerator) -> Option<Schema> {
    match takes {
        Takes::Named(arguments) => Some(named(arguments, generator)),
        Takes::Body(body) => {
            let schema = (body.schema)(generator)?;
            Some(with_words(schema, body.description, None))
        }
    }
}

fn named(arguments: &[Argument], generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for argument in arguments {
        let default = argument.default.map(|default| default());
        if default.is_none() && !(argument.optional)() {
            required.push(argument.name);
        }
        let schema = with_words((argument.schema)(generator), argument.description, default);
        properties.insert(argument.name.into(), schema.to_value());
    }
    let mut schema = schemars::json_schema!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema
}

/// The author's words on one argument come before those on its type.
fn with_words(mut schema: Schema, description: &str, default: Option<Value>) -> Schema {
    if !description.is_empty() {
        schema.insert("description".into(), description.into());
    }
    if let Some(default) = default {
        schema.insert("default".into(), default);
    }
    schema
}

/// A schema with the named types that it refers to; `null` where there is none.
fn document(schema: impl FnOnce(&mut SchemaGenerator) -> Option<Schema>) -> Value {
    let mut generator = SchemaGenerator::default();
    let Some(schema) = schema(&mut generator) else {
        return Value::Null;
    };
    let mut document = schema.to_value();
    let definitions: Map<String, Value> = generator.take_definitions(true).into_iter().collect();
    if let (Value::Object(document), false) = (&mut document, definitions.is_empty()) {
        document.insert("$defs".into(), definitions.into());
    }
    document
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use bessemer::{NodeSnapshot, RawBody, Result, driver, host};

    use super::*;

    #[derive(Default)]
    struct Told;

    #[driver(name = "listing-told")]
    impl Told {
        /// Does what
        /// it did.
        ///
        /// And more.
        #[deprecated(since = "2.0.0", note = "use `new`")]
        #[passthru(http = "GET", require_exclusive_lock = false)]
        async fn old(
            &self,
            _node: NodeSnapshot,
            /// how often
            #[arg(default = 3)]
            times: u8,
            note: Option<String>,
            key: String,
        ) -> Result<String> {
            Ok(format!("{times}{note:?}{key}"))
        }

        /// Größe.
        #[driver_passthru(http = "POST,PUT", async, timeout = "1500ms")]
        async fn raw(&self, #[body] _body: RawBody) -> Result<()> {
            Ok(())
        }
    }

    fn method(name: &str) -> &'static Record {
        let mut blocks = host::blocks().iter();
        let block = blocks.find(|block| (block.target)() == TypeId::of::<Told>()).unwrap();
        block.methods.iter().find(|method| method.name == name).unwrap()
    }

    #[test]
    fn all_of_a_method_is_told() {
        let described: Value = serde_json::from_slice(&render_one(method("old"), Duration::from_secs(60))).unwrap();
        assert_eq!(
            described,
            json!({
                "name": "old", "http_methods": ["GET"], "async": false, "attach": false, "require_exclusive_lock": false,
                "description": "Does what\nit did.\n\nAnd more.", "scope": "node", "lock": "none", "timeout": 60.0,
                "deprecated": { "since": "2.0.0", "note": "use `new`" },
                "arguments": {
                    "type": "object",
                    "properties": {
                        "times": {
                            "type": "integer", "format": "uint8", "minimum": 0, "maximum": 255,
                            "description": "how often", "default": 3,
                        },
                        "note": { "type": ["string", "null"] },
                        "key": { "type": "string" },
                    },
                    "required": ["key"],
                    "additionalProperties": false,
                },
                "result": { "type": "string" },
            })
        );
        assert_eq!(
            describe(method("old"), Duration::ZERO)["description"],
            "Does what it did."
        );
    }

    #[test]
    fn a_method_of_the_driver_that_takes_any_bytes() {
        let text = render_one(method("raw"), Duration::from_millis(1500));
        assert!(text.is_ascii(), "{text:?}");
        assert_eq!(
            serde_json::from_slice::<Value>(&text).unwrap(),
            json!({
                "name": "raw", "http_methods": ["POST", "PUT"], "async": true, "attach": false, "description": "Größe.",
                "scope": "driver", "lock": "none", "timeout": 1.5, "deprecated": null, "arguments": null, "result": null,
            })
        );
    }
}
