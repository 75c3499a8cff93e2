//! What a value may be, in a few words for whoever sent another one.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

/// What is accepted, by schema and documentation.
pub(crate) fn accepts(schema: fn(&mut SchemaGenerator) -> Schema, description: &str) -> String {
    // Named types too are told in words: a reader of an error has no document to look a name up in.
    let mut generator = SchemaSettings::default()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let schema = schema(&mut generator);
    let kind = kind(schema.as_value());
    let range = match (schema.get("minimum"), schema.get("maximum")) {
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) => format!(" of at least {low}"),
        (None, Some(high)) => format!(" of at most {high}"),
        (None, None) => String::new(),
    };
    match description.lines().next().filter(|line| !line.is_empty()) {
        Some(text) => format!("{kind}{range} ({})", text.trim_end_matches('.')),
        None => format!("{kind}{range}"),
    }
}

fn kind(schema: &Value) -> String {
    if let Some(words) = words(schema) {
        return format!("one of {}", words.join(", "));
    }
    match schema.get("type") {
        Some(Value::String(name)) => return article(name),
        Some(Value::Array(names)) => {
            let names: Vec<String> = names.iter().filter_map(|name| name.as_str().map(article)).collect();
            return names.join(" or ");
        }
        _ => {}
    }
    match alternatives(schema) {
        Some(schemas) => schemas.iter().map(kind).collect::<Vec<_>>().join(" or "),
        None if schema.get("$ref").is_some() => "an object or value as its schema in the method listing says".into(),
        None => "any JSON value".into(),
    }
}

/// The values themselves, where they are counted: those of an enum, with or without documentation.
fn words(schema: &Value) -> Option<Vec<String>> {
    let word = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), |text| format!("`{text}`"))
    };
    if let Some(Value::Array(values)) = schema.get("enum") {
        return Some(values.iter().map(word).collect());
    }
    if let Some(value) = schema.get("const") {
        return Some(vec![word(value)]);
    }
    let words: Option<Vec<Vec<String>>> = alternatives(schema)?.iter().map(words).collect();
    words.map(|words| words.concat())
}

fn alternatives(schema: &Value) -> Option<&[Value]> {
    let schemas = schema.get("oneOf").or_else(|| schema.get("anyOf"))?;
    schemas.as_array().map(Vec::as_slice)
}

fn article(name: &str) -> String {
    match name {
        "null" => "null".into(),
        "integer" | "array" | "object" => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_an_enum_are_named_and_alternatives_joined() {
        let documented = json!({"oneOf": [{"const": "aes", "description": "better"}, {"enum": ["rc4", 3]}]});
        assert_eq!(kind(&documented), "one of `aes`, `rc4`, 3");
        assert_eq!(
            kind(&json!({"anyOf": [documented, {"type": "null"}]})),
            "one of `aes`, `rc4`, 3 or null"
        );
        assert_eq!(
            kind(&json!({"anyOf": [{"type": "integer"}, {"type": ["string", "null"]}]})),
            "an integer or a string or null"
        );
        assert_eq!(kind(&json!(true)), "any JSON value");
    }
}
