//! What a value may be, in a few words for whoever sent another one.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

/// What is accepted, by schema and documentation.
pub(crate) fn accepts(schema: fn(&mut SchemaGenerator) -> Schema, description: &str) -> String {
    // Named types too are told in words: a reader of an error has no document to look a name up in.
    let mut generator = SchemaSettings::default()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let accepted = accepted(schema(&mut generator).as_value(), &Map::new(), Words::Json);
    match description.lines().next().filter(|line| !line.is_empty()) {
        Some(text) => format!("{accepted} ({})", text.trim_end_matches('.')),
        None => accepted,
    }
}

/// What a schema accepts, in a few words. `definitions` are the types that it may refer to.
#[must_use]
pub fn accepted(schema: &Value, definitions: &Map<String, Value>, words: Words) -> String {
    let mut accepted = Accepted::new(words);
    accepted.add(schema, definitions, 0);
    accepted.text()
}

/// Whose words values are told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Those of JSON, for clients.
    Json,
    /// Those of a configuration file in TOML, which knows no `null`.
    Toml,
}

impl Words {
    fn anything(self) -> &'static str {
        match self {
            Self::Json => "any JSON value",
            Self::Toml => "another value",
        }
    }

    /// A kind of value by its name in schemas, with its bounds.
    fn kind(self, name: &str, range: &str) -> String {
        match (self, name) {
            (Self::Toml, "string") => "text".into(),
            (Self::Toml, "boolean") => "true or false".into(),
            (Self::Toml, "array") => "a list".into(),
            (Self::Toml, "object") => "a table".into(),
            (_, "integer" | "array" | "object") => format!("an {name}{range}"),
            _ => format!("a {name}{range}"),
        }
    }
}

/// A type that refers to itself more deeply than this is not followed.
const DEPTH_MAX: usize = 8;

/// The alternatives that a schema leaves.
struct Accepted {
    told_in: Words,
    /// Values that are counted: those of an enum, with or without documentation.
    words: Vec<String>,
    /// All others, in words.
    kinds: Vec<String>,
    null: bool,
    has_range: bool,
}

impl Accepted {
    fn new(told_in: Words) -> Self {
        Self {
            told_in,
            words: Vec::new(),
            kinds: Vec::new(),
            null: false,
            has_range: false,
        }
    }

    fn add(&mut self, schema: &Value, definitions: &Map<String, Value>, depth: usize) {
        if let Some(Value::Array(values)) = schema.get("enum") {
            values.iter().for_each(|value| self.add_value(value));
        } else if let Some(value) = schema.get("const") {
            self.add_value(value);
        } else if let Some(kind) = schema.get("type") {
            let kinds = kind.as_array().map_or(std::slice::from_ref(kind), Vec::as_slice);
            let kinds = kinds.iter().filter_map(Value::as_str);
            kinds.for_each(|kind| self.add_kind(kind, schema));
        } else if let Some(Value::Array(schemas)) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
            schemas
                .iter()
                .for_each(|schema| self.add(schema, definitions, depth + 1));
        } else if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
            let name = path.rsplit('/').next().unwrap_or_default();
            match definitions.get(name).filter(|_| depth < DEPTH_MAX) {
                Some(schema) => self.add(schema, definitions, depth + 1),
                None => self.push("an object or value as its schema in the method listing says".into()),
            }
        } else {
            self.push(self.told_in.anything().into());
        }
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::Null => self.null = true,
            Value::String(text) if self.told_in == Words::Json => self.words.push(format!("`{text}`")),
            other => self.words.push(other.to_string()),
        }
    }

    fn add_kind(&mut self, kind: &str, schema: &Value) {
        let range = match kind {
            "null" => {
                self.null = true;
                return;
            }
            "integer" | "number" => range(schema),
            _ => None,
        };
        self.has_range |= range.is_some();
        self.push(self.told_in.kind(kind, &range.unwrap_or_default()));
    }

    /// Two kinds of objects read alike.
    fn push(&mut self, kind: String) {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }

    fn text(self) -> String {
        let words = match &*self.words {
            [] => None,
            [word] => Some(word.clone()),
            words => Some(format!("one of {}", words.join(", "))),
        };
        let null = (self.null && self.told_in == Words::Json).then(|| "null".to_owned());
        let anything = self.told_in.anything();
        let mut all: Vec<String> = words.into_iter().chain(self.kinds).chain(null).collect();
        if all.is_empty() || all.iter().any(|kind| kind == anything) {
            return anything.into();
        }
        // Without a comma `or` would go on with the range, and with the values of an enum where more than one follows.
        let (comma, or) = match (self.words.len() > 1 && all.len() > 2, self.has_range) {
            (true, _) => (", or ", ", or "),
            (false, true) => (", ", ", or "),
            (false, false) => (", ", " or "),
        };
        let last = all.pop().unwrap_or_default();
        match all.is_empty() {
            true => last,
            false => format!("{}{or}{last}", all.join(comma)),
        }
    }
}

/// The bounds of a number.
fn range(schema: &Value) -> Option<String> {
    let bound = |keyword: &str, words: &str| Some(format!("{words} {}", schema.get(keyword)?));
    if let (Some(from), Some(to)) = (bound("minimum", " from"), bound("maximum", " to")) {
        return Some(from + &to);
    }
    let low = bound("minimum", " of at least").or_else(|| bound("exclusiveMinimum", " above"));
    let high = bound("maximum", " of at most").or_else(|| bound("exclusiveMaximum", " below"));
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("{low} and{high}")),
        (low, high) => low.or(high),
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde_json::json;

    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Cipher {
        Aes,
        /// Worse.
        Rc4,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Tree {
        left: Option<Box<Tree>>,
    }

    #[track_caller]
    fn check(schema: Value, expected: &str) {
        assert_eq!(accepted(&schema, &Map::new(), Words::Json), expected, "{schema}");
    }

    #[test]
    fn a_configuration_file_has_words_of_its_own() {
        let definitions = json!({
            "Port": { "type": ["integer", "null"], "minimum": 1 },
            "Tree": { "anyOf": [{ "$ref": "#/$defs/Tree" }, { "type": "null" }] },
        });
        for (schema, expected) in [
            (json!({ "type": ["string", "null"] }), "text"),
            (json!({ "type": "boolean" }), "true or false"),
            (json!({ "type": ["array", "object"] }), "a list or a table"),
            (json!({ "enum": ["aes", "rc4", 3, null] }), "one of \"aes\", \"rc4\", 3"),
            (json!({ "$ref": "#/$defs/Port" }), "an integer of at least 1"),
            (json!({ "type": "null" }), "another value"),
            (json!(true), "another value"),
        ] {
            let told = accepted(&schema, definitions.as_object().unwrap(), Words::Toml);
            assert_eq!(told, expected, "{schema}");
        }
        // It ends.
        let tree = json!({ "$ref": "#/$defs/Tree" });
        let told = accepted(&tree, definitions.as_object().unwrap(), Words::Toml);
        assert!(told.starts_with("an object or value"), "{told}");
    }

    #[test]
    fn schemas_are_told_in_words() {
        check(json!({ "type": "integer" }), "an integer");
        check(json!({ "type": "array" }), "an array");
        check(json!({ "type": "object" }), "an object");
        check(json!({ "type": "number" }), "a number");
        check(json!({ "type": "string" }), "a string");
        check(json!({ "type": "boolean" }), "a boolean");
        check(json!({ "type": "null" }), "null");
        check(
            json!({ "$ref": "#/$defs/Tree" }),
            "an object or value as its schema in the method listing says",
        );
        check(json!(true), "any JSON value");
        check(json!({}), "any JSON value");
        check(json!({ "anyOf": [true, { "type": "null" }] }), "any JSON value");
    }

    #[test]
    fn alternatives_are_joined_and_null_comes_last() {
        check(json!({ "type": ["string", "null"] }), "a string or null");
        check(
            json!({ "type": ["null", "integer", "string"] }),
            "an integer, a string or null",
        );
        check(
            json!({ "anyOf": [{ "type": "null" }, { "type": "integer" }, { "type": ["string", "null"] }] }),
            "an integer, a string or null",
        );
        check(
            json!({ "oneOf": [{ "type": "object" }, { "type": "object" }] }),
            "an object",
        );
    }

    #[test]
    fn bounds_stay_with_their_number() {
        let number = |bounds: Value| {
            let mut schema = json!({ "type": "number" });
            schema
                .as_object_mut()
                .unwrap()
                .extend(bounds.as_object().unwrap().clone());
            schema
        };
        check(
            number(json!({ "minimum": 0, "maximum": 9.5 })),
            "a number from 0 to 9.5",
        );
        check(number(json!({ "minimum": 0 })), "a number of at least 0");
        check(number(json!({ "maximum": 9 })), "a number of at most 9");
        check(number(json!({ "exclusiveMinimum": 0 })), "a number above 0");
        check(number(json!({ "exclusiveMaximum": 9 })), "a number below 9");
        check(
            number(json!({ "minimum": 0, "exclusiveMaximum": 9 })),
            "a number of at least 0 and below 9",
        );
        check(
            number(json!({ "exclusiveMinimum": 0, "maximum": 9 })),
            "a number above 0 and of at most 9",
        );
        check(
            json!({ "type": ["integer", "null"], "minimum": 0, "maximum": 65535 }),
            "an integer from 0 to 65535, or null",
        );
        check(
            json!({ "type": ["integer", "string", "null"], "minimum": 0 }),
            "an integer of at least 0, a string, or null",
        );
        check(
            json!({ "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 7 }, { "type": "string" }] }),
            "an integer from 0 to 7, or a string",
        );
    }

    #[test]
    fn values_of_an_enum_are_named() {
        check(json!({ "const": "aes" }), "`aes`");
        check(json!({ "enum": ["aes"] }), "`aes`");
        check(json!({ "enum": ["aes", "rc4", 3] }), "one of `aes`, `rc4`, 3");
        check(
            json!({ "type": ["string", "null"], "enum": ["aes", null] }),
            "`aes` or null",
        );
        let documented = json!({ "oneOf": [{ "const": "aes", "description": "better" }, { "enum": ["rc4", 3] }] });
        check(documented.clone(), "one of `aes`, `rc4`, 3");
        check(
            json!({ "anyOf": [documented, { "type": "null" }] }),
            "one of `aes`, `rc4`, 3 or null",
        );
        let tagged = json!({ "oneOf": [
            { "type": "string", "enum": ["off", "on"] },
            { "type": "object", "required": ["for"] },
        ] });
        check(tagged.clone(), "one of `off`, `on` or an object");
        check(
            json!({ "anyOf": [tagged, { "type": "null" }] }),
            "one of `off`, `on`, or an object, or null",
        );
    }

    #[test]
    fn types_are_told_with_the_first_line_of_their_documentation() {
        #[track_caller]
        fn of<T: JsonSchema>(description: &str, expected: &str) {
            let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<T>();
            assert_eq!(accepts(schema, description), expected);
        }
        of::<Option<u16>>(
            "The port.\n\nIn full.",
            "an integer from 0 to 65535, or null (The port)",
        );
        of::<Option<Option<u8>>>("", "an integer from 0 to 255, or null");
        of::<u64>("", "an integer of at least 0");
        of::<i64>("", "an integer");
        of::<Option<f64>>("", "a number or null");
        of::<Option<Vec<u8>>>("", "an array or null");
        of::<Option<Value>>("", "any JSON value");
        of::<Option<Cipher>>("", "one of `Aes`, `Rc4` or null");
        of::<Option<Tree>>("", "an object or null");
    }
}
