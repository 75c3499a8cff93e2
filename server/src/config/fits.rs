//! Where a driver's settings do not fit the type they are read as. The type itself stops at its first mistake and does
//! not know where that was written; its schema knows no place either, but can be asked for each value alone.
//!
//! A schema may be stricter than its type. So it is asked only when the type has refused the settings: it explains a
//! refusal and makes none.

use bessemer::host::{Words, accepted};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

/// A schema that refers to itself more deeply than this is not followed.
const DEPTH_MAX: usize = 32;

/// One thing that does not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// Where, from the top of the settings; elements of a list count from "0".
    pub(super) path: Vec<String>,
    /// Whether nothing is there.
    pub(super) is_missing: bool,
    /// What would be accepted.
    pub(super) accepts: String,
}

/// All that does not fit, as far as the schema leaves no doubt.
pub(super) fn misfits(schema: fn(&mut SchemaGenerator) -> Schema, settings: &Value) -> Vec<Misfit> {
    let mut generator = SchemaGenerator::default();
    let schema = schema(&mut generator).to_value();
    let mut fitting = Fitting {
        definitions: generator.take_definitions(true),
        path: Vec::new(),
        misfits: Vec::new(),
    };
    fitting.value(&schema, settings);
    fitting.misfits
}

struct Fitting {
    definitions: Map<String, Value>,
    path: Vec<String>,
    misfits: Vec<Misfit>,
}

impl Fitting {
    fn value(&mut self, schema: &Value, value: &Value) {
        if self.path.len() > DEPTH_MAX {
            return;
        }
        let schema = &self.resolved(schema).clone();
        if let Some(schemas) = alternatives(schema) {
            return self.one_of(schema, schemas, value);
        }
        if !is_of_type(schema, value) || !is_counted(schema, value) || !is_in_range(schema, value) {
            return self.refuse(schema);
        }
        match value {
            Value::Object(members) => self.members(schema, members),
            Value::Array(items) => {
                let Some(of_items) = schema.get("items") else { return };
                for (at, item) in items.iter().enumerate() {
                    self.below(&at.to_string(), |fitting| fitting.value(of_items, item));
                }
            }
            _ => {}
        }
    }

    fn members(&mut self, schema: &Value, members: &Map<String, Value>) {
        let known = schema.get("properties").and_then(Value::as_object);
        for (name, member) in members {
            let of_member = known.and_then(|known| known.get(name));
            if let Some(of_member) = of_member.or_else(|| schema.get("additionalProperties")) {
                self.below(name, |fitting| fitting.value(of_member, member));
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if members.contains_key(name) {
                continue;
            }
            let schema = known.and_then(|known| known.get(name)).unwrap_or(&Value::Null);
            let accepts = self.accepted(schema);
            self.below(name, |fitting| {
                let path = fitting.path.clone();
                let is_missing = true;
                fitting.misfits.push(Misfit {
                    path,
                    is_missing,
                    accepts,
                });
            });
        }
    }

    /// If none of them fits, what is wrong with it as the one of its type says more than that none of them does.
    fn one_of(&mut self, schema: &Value, schemas: &[Value], value: &Value) {
        let before = self.misfits.len();
        let mut nearest = None;
        for schema in schemas {
            self.value(schema, value);
            let misfits = self.misfits.split_off(before);
            if misfits.is_empty() {
                return;
            }
            if misfits.iter().all(|misfit| misfit.path.len() > self.path.len()) {
                nearest = Some(misfits);
            }
        }
        match nearest {
            Some(misfits) => self.misfits.extend(misfits),
            None => self.refuse(schema),
        }
    }

    fn refuse(&mut self, schema: &Value) {
        self.misfits.push(Misfit {
            path: self.path.clone(),
            is_missing: false,
            accepts: self.accepted(schema),
        });
    }

    fn below(&mut self, part: &str, walk: impl FnOnce(&mut Self)) {
        self.path.push(part.to_owned());
        walk(self);
        self.path.pop();
    }

    /// What a schema stands for: itself, or the type it names.
    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let name = schema.get("$ref").and_then(Value::as_str);
        let name = name.and_then(|path| path.rsplit('/').next());
        name.and_then(|name| self.definitions.get(name)).unwrap_or(schema)
    }

    /// What is accepted, in the words of a configuration file.
    fn accepted(&self, schema: &Value) -> String {
        accepted(schema, &self.definitions, Words::Toml)
    }
}

fn alternatives(schema: &Value) -> Option<&[Value]> {
    let schemas = schema.get("oneOf").or_else(|| schema.get("anyOf"))?;
    schemas.as_array().map(Vec::as_slice)
}

/// The values themselves, where they are counted.
fn counted(schema: &Value) -> Option<Vec<&Value>> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) => Some(values.iter().collect()),
        (_, Some(value)) => Some(vec![value]),
        _ => {
            let all: Option<Vec<Vec<&Value>>> = alternatives(schema)?.iter().map(counted).collect();
            all.map(|all| all.concat())
        }
    }
}

fn is_counted(schema: &Value, value: &Value) -> bool {
    counted(schema).is_none_or(|values| values.contains(&value))
}

fn types(schema: &Value) -> impl Iterator<Item = &str> {
    let one = schema.get("type").and_then(Value::as_str);
    let many = schema.get("type").and_then(Value::as_array);
    one.into_iter()
        .chain(many.into_iter().flatten().filter_map(Value::as_str))
}

fn is_of_type(schema: &Value, value: &Value) -> bool {
    let is = |name: &str| match (name, value) {
        ("null", Value::Null) | ("boolean", Value::Bool(_)) | ("string", Value::String(_)) => true,
        ("array", Value::Array(_)) | ("object", Value::Object(_)) | ("number", Value::Number(_)) => true,
        ("integer", Value::Number(number)) => !number.is_f64(),
        _ => false,
    };
    let mut types = types(schema).peekable();
    types.peek().is_none() || types.any(is)
}

fn is_in_range(schema: &Value, value: &Value) -> bool {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    value.as_f64().is_none_or(|number| {
        bound("minimum").is_none_or(|low| number >= low) && bound("maximum").is_none_or(|high| number <= high)
    })
}

#[cfg(test)]
mod tests {
    use schemars::json_schema;
    use serde_json::json;

    use super::*;

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let mut node = json_schema!({
            "type": "object",
            "properties": {
                "port": {"type": "integer", "minimum": 0, "maximum": 65535},
                "verify": {"type": ["boolean", "null"]},
                "cipher": {"anyOf": [{"oneOf": [{"const": "aes"}, {"enum": ["rc4"]}]}, {"type": "null"}]},
                "url": {"type": "string"},
                "waits": {"type": "array", "items": {"type": "number"}},
                "by_name": {"type": "object", "additionalProperties": {"type": "integer"}},
                "any": true,
            },
            "required": ["url"],
        });
        let below = json!({"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]});
        node.get_mut("properties")
            .and_then(Value::as_object_mut)
            .unwrap()
            .insert("below".into(), below);
        generator.definitions_mut().insert("Node".into(), node.to_value());
        json_schema!({"$ref": "#/$defs/Node"})
    }

    #[track_caller]
    fn check(settings: Value, expected: &[&str]) {
        let told = |misfit: Misfit| {
            let what = if misfit.is_missing { "is missing:" } else { "must be" };
            format!("{} {what} {}", misfit.path.join("."), misfit.accepts)
        };
        let told: Vec<String> = misfits(schema, &settings).into_iter().map(told).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn what_fits_is_no_misfit() {
        check(
            json!({
                "url": "", "port": 65535, "verify": true, "cipher": "aes", "waits": [1, 0.5], "by_name": {"a": 1},
                "any": [{}], "other": 1, "below": {"url": "", "below": {"url": ""}},
            }),
            &[],
        );
    }

    #[test]
    fn each_misfit_is_found_at_its_place() {
        check(
            json!({"url": 1, "port": 65536, "verify": "no", "cipher": "rot13", "waits": [1, "2"], "by_name": {"a": ""}}),
            &[
                "by_name.a must be an integer",
                "cipher must be one of \"aes\", \"rc4\"",
                "port must be an integer from 0 to 65535",
                "url must be text",
                "verify must be true or false",
                "waits.1 must be a number",
            ],
        );
        check(
            json!({"url": "", "port": 1.5, "waits": 1, "by_name": [], "below": 1}),
            &[
                "below must be a table",
                "by_name must be a table",
                "port must be an integer from 0 to 65535",
                "waits must be a list",
            ],
        );
        check(
            json!({"below": {"port": -1}}),
            &[
                "below.port must be an integer from 0 to 65535",
                "below.url is missing: text",
                "url is missing: text",
            ],
        );
    }
}
