//! Writes TOML: keys, strings and free-form values on one line, for `config show`, `config sample`
//! and helps.

use serde_json::Value;

/// A string with its quotes and escapes.
pub(super) fn string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key, quoted where TOML asks for it.
pub(super) fn key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) {
        key.to_owned()
    } else {
        string(key)
    }
}

/// A value of a driver's section.
pub(super) fn value(value: &Value) -> String {
    to_toml(value).to_string()
}

/// By hand: through serde, a number would become a table once any crate of the binary turns on
/// serde_json's `arbitrary_precision`.
fn to_toml(value: &Value) -> toml::Value {
    match value {
        // TOML has no null, and none comes out of a TOML file.
        Value::Null => toml::Value::String(String::new()),
        Value::Bool(flag) => toml::Value::Boolean(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => toml::Value::Integer(integer),
            (None, Some(float)) => toml::Value::Float(float),
            (None, None) => toml::Value::String(number.to_string()),
        },
        Value::String(text) => toml::Value::String(text.clone()),
        Value::Array(list) => toml::Value::Array(list.iter().map(to_toml).collect()),
        Value::Object(table) => {
            let entries = table.iter().map(|(key, value)| (key.clone(), to_toml(value)));
            toml::Value::Table(entries.collect())
        }
    }
}
