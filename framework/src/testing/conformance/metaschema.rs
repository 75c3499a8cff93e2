//! Whether a schema is JSON Schema 2020-12. The meta-schema's rules are a table here rather than a validator's
//! dependency: `jsonschema` without its default features is sixty crates, and a second `syn`, in the tests of every
//! driver. Beyond the meta-schema, each `$ref` must lead somewhere in its document, and each type must be there
//! once. Not looked at: whether a `pattern` is a regular expression, and what `$dynamicRef` means.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::host::Takes;
use crate::testing::record::{Record, title};
use crate::testing::schema::{document, document_of};

/// What a keyword's value must be.
enum Shape {
    Schema,
    Schemas,
    SchemaMap,
    Types,
    Values,
    Number,
    PositiveNumber,
    Count,
    Boolean,
    Text,
    UniqueTexts,
    TextsMap,
    List,
    Reference,
    Anything,
}

/// The keywords of 2020-12's vocabularies. Others are annotations, which may be anything.
fn shape(keyword: &str) -> Option<Shape> {
    Some(match keyword {
        "additionalProperties"
        | "contains"
        | "contentSchema"
        | "else"
        | "if"
        | "items"
        | "not"
        | "propertyNames"
        | "then"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Shape::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Shape::Schemas,
        "$defs" | "dependentSchemas" | "patternProperties" | "properties" => Shape::SchemaMap,
        "type" => Shape::Types,
        "enum" => Shape::Values,
        "exclusiveMaximum" | "exclusiveMinimum" | "maximum" | "minimum" => Shape::Number,
        "multipleOf" => Shape::PositiveNumber,
        "maxContains" | "maxItems" | "maxLength" | "maxProperties" | "minContains" | "minItems" | "minLength"
        | "minProperties" => Shape::Count,
        "deprecated" | "readOnly" | "uniqueItems" | "writeOnly" => Shape::Boolean,
        "$anchor" | "$comment" | "$dynamicAnchor" | "$id" | "$schema" | "contentEncoding" | "contentMediaType"
        | "description" | "format" | "pattern" | "title" => Shape::Text,
        "required" => Shape::UniqueTexts,
        "dependentRequired" => Shape::TextsMap,
        "examples" => Shape::List,
        "$dynamicRef" | "$ref" => Shape::Reference,
        "const" | "default" => Shape::Anything,
        _ => return None,
    })
}

const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

pub(super) fn schemas(record: &Record) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |what: String, schema: Option<Value>| {
        let found = schema.map(|schema| faults_of(&schema)).unwrap_or_default();
        faults.extend(found.into_iter().map(|fault| format!("the schema of {what}: {fault}")));
    };
    let of = |schema: fn(&mut SchemaGenerator) -> Schema| Some(document(schema));
    check("the configuration".into(), record.driver.config.and_then(of));
    for property in record.driver.properties {
        check(format!("property `{}`", property.name), of(property.schema));
    }
    for method in &record.methods {
        let title = title(method);
        match &method.takes {
            Takes::Named(arguments) => {
                for argument in *arguments {
                    check(format!("argument `{}` of {title}", argument.name), of(argument.schema));
                }
            }
            Takes::Body(body) => check(format!("the body of {title}"), document_of(body.schema)),
        }
        check(format!("the result of {title}"), document_of(method.result));
    }
    faults
}

/// What is wrong with a document, each with the pointer to it.
pub(super) fn faults_of(document: &Value) -> Vec<String> {
    let mut walk = Walk {
        document,
        faults: Vec::new(),
    };
    walk.schema(document, "#");
    walk.faults
}

struct Walk<'d> {
    document: &'d Value,
    faults: Vec<String>,
}

impl Walk<'_> {
    fn fault(&mut self, at: &str, text: impl std::fmt::Display) {
        self.faults.push(format!("{at} {text}"));
    }

    fn schema(&mut self, schema: &Value, at: &str) {
        match schema {
            Value::Bool(_) => {}
            Value::Object(keywords) => {
                for (keyword, value) in keywords {
                    if let Some(shape) = shape(keyword) {
                        self.keyword(&shape, value, &format!("{at}/{keyword}"));
                    }
                }
            }
            other => self.fault(at, format_args!("is {other}, a schema is an object, `true` or `false`")),
        }
    }

    fn keyword(&mut self, shape: &Shape, value: &Value, at: &str) {
        let is_right = match shape {
            Shape::Schema => {
                self.schema(value, at);
                return;
            }
            Shape::Schemas => match value.as_array().filter(|schemas| !schemas.is_empty()) {
                Some(schemas) => {
                    for (index, schema) in schemas.iter().enumerate() {
                        self.schema(schema, &format!("{at}/{index}"));
                    }
                    return;
                }
                None => false,
            },
            Shape::SchemaMap => match value.as_object() {
                Some(schemas) => {
                    for (name, schema) in schemas {
                        self.schema(schema, &format!("{at}/{name}"));
                    }
                    return;
                }
                None => false,
            },
            Shape::Types => match value {
                Value::String(name) => TYPES.contains(&name.as_str()),
                Value::Array(names) => {
                    let known = |name: &Value| name.as_str().is_some_and(|name| TYPES.contains(&name));
                    !names.is_empty() && names.iter().all(known) && are_unique(names)
                }
                _ => false,
            },
            Shape::Values | Shape::List => value.is_array(),
            Shape::Number => value.is_number(),
            Shape::PositiveNumber => value.as_f64().is_some_and(|number| number > 0.0),
            Shape::Count => {
                value.is_u64()
                    || value
                        .as_f64()
                        .is_some_and(|number| number >= 0.0 && number.fract() == 0.0)
            }
            Shape::Boolean => value.is_boolean(),
            Shape::Text => value.is_string(),
            Shape::UniqueTexts => is_texts(value),
            Shape::TextsMap => value.as_object().is_some_and(|map| map.values().all(is_texts)),
            Shape::Reference => {
                if let Some(reference) = value.as_str() {
                    self.reference(reference, at);
                    return;
                }
                false
            }
            Shape::Anything => true,
        };
        if !is_right {
            self.fault(
                at,
                format_args!("is {value}, which JSON Schema 2020-12 does not allow there"),
            );
        }
    }

    fn reference(&mut self, reference: &str, at: &str) {
        if let Some(pointer) = reference.strip_prefix('#')
            && self.document.pointer(pointer).is_none()
        {
            self.fault(at, format_args!("leads to {reference}, and nothing is there"));
        }
    }
}

fn is_texts(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|texts| texts.iter().all(Value::is_string) && are_unique(texts))
}

fn are_unique(values: &[Value]) -> bool {
    let mut seen = Map::new();
    values
        .iter()
        .all(|value| seen.insert(value.to_string(), Value::Null).is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_valid_document_has_no_faults() {
        let document = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": ["object", "null"],
            "properties": { "a": { "$ref": "#/$defs/A" }, "b": true },
            "required": ["a"], "additionalProperties": false, "x-ours": 1, "minProperties": 1.0,
            "$defs": { "A": { "type": "integer", "format": "uint8", "minimum": 0, "examples": [3] } },
        });
        assert_eq!(faults_of(&document), Vec::<String>::new());
    }

    #[test]
    fn each_mistake_is_found_at_its_place() {
        for (document, at) in [
            (json!([]), "# "),
            (json!({ "type": "int" }), "#/type "),
            (json!({ "type": [] }), "#/type "),
            (json!({ "type": ["null", "null"] }), "#/type "),
            (json!({ "items": [{}] }), "#/items "),
            (json!({ "anyOf": [] }), "#/anyOf "),
            (
                json!({ "properties": { "a": { "maximum": "9" } } }),
                "#/properties/a/maximum ",
            ),
            (json!({ "minLength": -1 }), "#/minLength "),
            (json!({ "multipleOf": 0 }), "#/multipleOf "),
            (json!({ "required": ["a", "a"] }), "#/required "),
            (json!({ "examples": 3 }), "#/examples "),
            (json!({ "enum": "a" }), "#/enum "),
            (json!({ "exclusiveMinimum": true }), "#/exclusiveMinimum "),
            (json!({ "$ref": "#/$defs/B", "$defs": {} }), "#/$ref "),
            (json!({ "description": 1 }), "#/description "),
        ] {
            let faults = faults_of(&document);
            assert!(faults.len() == 1 && faults[0].starts_with(at), "{document}: {faults:?}");
        }
    }
}
