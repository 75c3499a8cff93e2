//! What a driver says of a node (errors and their causes, panics, log lines, progress), without the secrets that it was
//! given for it. Authors are asked to name none; a library below a driver may do it all the same. What is secret in a
//! node's settings is decided as it is for views (`http/nodes/mask.rs`): by what the driver declares, and by how keys
//! are called. Not here: a driver's own section, see `config/refused.rs`.

use std::borrow::Cow;

use bessemer::host::{self, NodeRecord as _, speaks_of_secrets};
use serde_json::{Map, Value};

use crate::config::{MASK, without_passwords};
use crate::node::Node;

/// Shorter ones stand in texts by chance.
const BYTES_MIN: usize = 4;

/// The secrets of a node, as texts.
#[derive(Debug, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// Those of a node of this driver.
    pub(crate) fn of(node: &Node, driver: &host::Driver) -> Self {
        let mut secrets = Self::default();
        for (key, value) in node.driver_info() {
            let mut properties = driver.properties.iter();
            let declared = properties.any(|property| property.secret && property.name == key);
            secrets.collect(value, declared || speaks_of_secrets(key));
        }
        secrets.collect_by_keys(node.driver_internal_info());
        // A secret may be a part of another one.
        secrets.0.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    }

    /// The text without them, and without passwords of URLs.
    pub(crate) fn hidden<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        for secret in &self.0 {
            if shown.contains(secret.as_str()) {
                shown = shown.replace(secret.as_str(), MASK).into();
            }
        }
        match without_passwords(&shown) {
            Cow::Borrowed(_) => shown,
            Cow::Owned(text) => text.into(),
        }
    }

    fn collect_by_keys(&mut self, object: &Map<String, Value>) {
        for (key, value) in object {
            self.collect(value, speaks_of_secrets(key));
        }
    }

    fn collect(&mut self, value: &Value, is_secret: bool) {
        match value {
            Value::Object(members) if !is_secret => self.collect_by_keys(members),
            Value::Object(members) => members.values().for_each(|value| self.collect(value, true)),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, is_secret)),
            Value::String(text) if is_secret => self.keep(text.clone()),
            Value::Number(number) if is_secret => self.keep(number.to_string()),
            _ => {}
        }
    }

    fn keep(&mut self, secret: String) {
        if secret.len() >= BYTES_MIN {
            self.0.push(secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_secret_is_said_at_any_depth() {
        let mut secrets = Secrets::default();
        let info = json!({
            "address": "bmc-7", "password": "geheim", "snmp": {"auth_key": "k-key", "version": 3},
            "users": [{"name": "root", "pass": 123_456}], "credentials": {"user": "oper", "x": ["deep-one"]}, "pwd": "abc",
        });
        secrets.collect_by_keys(info.as_object().unwrap());
        for (said, shown) in [
            ("bmc-7 refuses geheim", "bmc-7 refuses ******"),
            ("k-key, 123456, oper, deep-one", "******, ******, ******, ******"),
            // Too short to be told from any other word.
            ("the abc of root", "the abc of root"),
            (
                "no route to http://root:x@bmc-7/",
                "no route to http://root:******@bmc-7/",
            ),
            ("http://root:geheim@bmc-7/", "http://root:******@bmc-7/"),
            ("", ""),
        ] {
            assert_eq!(secrets.hidden(said), shown);
        }
    }
}
