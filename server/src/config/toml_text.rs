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

/// A value of a driver's section. TOML has no null, and none can come out of a TOML file.
pub(super) fn value(value: &Value) -> String {
    toml::Value::try_from(value).map_or_else(|_| value.to_string(), |value| value.to_string())
}
