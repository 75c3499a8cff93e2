//! Secrets in a node's settings: masked in every view, and kept where a client writes the mask back. What is
//! secret is told by what drivers declare and, at any depth, by how a key is called; a password inside a URL is
//! masked by itself. A driver that is not in this binary declares nothing, so all its values are masked.

use bessemer::host::{Property, speaks_of_secrets};
use serde_json::{Map, Value};

pub(in super::super) use crate::config::MASK;
use crate::config::without_passwords;

/// What is secret in the settings of one driver's nodes.
#[derive(Clone, Copy)]
pub(super) enum Secrets {
    /// What drivers declare, and what keys say.
    Declared {
        /// By the node's own driver.
        own: &'static [Property],
        /// By any driver of this binary: what a node kept from its last driver is no less secret.
        any: &'static [&'static str],
    },
    /// What keys say: for what no driver declares.
    Keys,
    /// Everything.
    All,
}

impl Secrets {
    /// Whether `key`, at the top of the settings or below, has a secret for its value.
    fn hides(self, key: &str, top: bool) -> bool {
        match self {
            Self::All => true,
            Self::Declared { own, any } if top => {
                let declared = own.iter().find(|property| property.name == key);
                declared.map_or_else(|| any.contains(&key), |property| property.secret) || speaks_of_secrets(key)
            }
            Self::Declared { .. } | Self::Keys => speaks_of_secrets(key),
        }
    }

    /// The object as it is shown.
    pub(super) fn masked(self, object: &Map<String, Value>) -> Map<String, Value> {
        object
            .iter()
            .map(|(key, value)| (key.clone(), self.masked_value(value, self.hides(key, true))))
            .collect()
    }

    fn masked_value(self, value: &Value, hidden: bool) -> Value {
        match value {
            // That nothing is there is no secret.
            Value::Null => Value::Null,
            Value::Object(object) if !hidden || matches!(self, Self::All) => object
                .iter()
                .map(|(key, value)| (key.clone(), self.masked_value(value, self.hides(key, false))))
                .collect::<Map<_, _>>()
                .into(),
            Value::Array(items) if !hidden || matches!(self, Self::All) => {
                items.iter().map(|item| self.masked_value(item, hidden)).collect()
            }
            _ if hidden => MASK.into(),
            Value::String(text) => without_passwords(text).into(),
            other => other.clone(),
        }
    }

    /// What is to be stored when a client gave `new` for an object of which it saw the masked form.
    ///
    /// # Errors
    /// The path of each mask that stands for no stored value.
    pub(super) fn restored(
        self,
        new: Map<String, Value>,
        stored: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Vec<String>> {
        let mut missing = Vec::new();
        let restored = self.restored_object(new, Some(stored), true, "", &mut missing);
        if missing.is_empty() { Ok(restored) } else { Err(missing) }
    }

    fn restored_object(
        self,
        new: Map<String, Value>,
        stored: Option<&Map<String, Value>>,
        top: bool,
        path: &str,
        missing: &mut Vec<String>,
    ) -> Map<String, Value> {
        let member = |(key, value): (String, Value)| {
            let old = stored.and_then(|stored| stored.get(&key));
            let value = self.restored_value(value, old, self.hides(&key, top), &format!("{path}/{key}"), missing);
            (key, value)
        };
        new.into_iter().map(member).collect()
    }

    fn restored_value(
        self,
        new: Value,
        stored: Option<&Value>,
        hidden: bool,
        path: &str,
        missing: &mut Vec<String>,
    ) -> Value {
        match new {
            Value::Object(object) => {
                let stored = stored.and_then(Value::as_object);
                self.restored_object(object, stored, false, path, missing).into()
            }
            Value::Array(items) => {
                let stored = stored.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                let same_length = stored.len() == items.len();
                let item = |(index, item): (usize, Value)| {
                    let old = self.counterpart(&item, index, stored, same_length, hidden);
                    self.restored_value(item, old, hidden, &format!("{path}/{index}"), missing)
                };
                items.into_iter().enumerate().map(item).collect()
            }
            Value::String(text) if (hidden && text == MASK) || has_masked_url(&text) => match stored {
                Some(stored) if self.masked_value(stored, hidden) == *text => stored.clone(),
                // Not masked when it was stored: six stars are what is kept there.
                Some(Value::String(stored)) if *stored == text => text.into(),
                _ => {
                    missing.push(path.to_owned());
                    text.into()
                }
            },
            other => other,
        }
    }

    /// The stored element that a written one was: the one that looks the same, else the one in the same place if
    /// none came or went. A mask must not bring another one's secret.
    fn counterpart<'s>(
        self,
        new: &Value,
        index: usize,
        stored: &'s [Value],
        same_length: bool,
        hidden: bool,
    ) -> Option<&'s Value> {
        let is_alike = |old: &&Value| self.masked_value(old, hidden) == *new;
        let here = stored.get(index).filter(|_| same_length);
        if here.is_some_and(|old| is_alike(&old)) {
            return here;
        }
        let mut alike = stored.iter().filter(is_alike);
        let Some(first) = alike.next() else { return here };
        alike.all(|other| other == first).then_some(first)
    }
}

/// An object as it is shown, where nobody declares what is secret in it.
pub(in super::super) fn masked_by_keys(object: &Map<String, Value>) -> Map<String, Value> {
    Secrets::Keys.masked(object)
}

fn has_masked_url(text: &str) -> bool {
    text.contains("://") && text.contains(":******@")
}

#[cfg(test)]
mod tests {
    use schemars::Schema;
    use serde_json::json;

    use super::*;

    const PIN: Property = Property {
        name: "pin",
        description: "",
        required: false,
        secret: true,
        schema: |_| Schema::default(),
        default: None,
        check: |_| None,
    };
    const OPEN: Property = Property {
        name: "seal",
        secret: false,
        ..PIN
    };
    const SECRETS: Secrets = Secrets::Declared {
        own: &[PIN, OPEN],
        any: &["pin", "seal", "code"],
    };

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn stored() -> Map<String, Value> {
        object(json!({
            "address": "192.0.2.1", "pin": 1234, "ipmi_password": "p", "snmp": {"auth_protocol": "sha", "auth_key": "k"},
            "users": [{"name": "a", "pass": "x"}, {"name": "b", "pass": "y"}],
            "url": "https://root:p@ss/w@bmc/", "ipmi_hex_kg_key": null, "credentials": {"user": "u"}, "bypass": true,
        }))
    }

    #[test]
    fn what_is_declared_or_called_a_secret_is_masked() {
        assert_eq!(
            SECRETS.masked(&stored()),
            object(json!({
                "address": "192.0.2.1", "pin": "******", "ipmi_password": "******",
                "snmp": {"auth_protocol": "sha", "auth_key": "******"},
                "users": [{"name": "a", "pass": "******"}, {"name": "b", "pass": "******"}],
                "url": "https://root:******@bmc/", "ipmi_hex_kg_key": null, "credentials": "******", "bypass": true,
            }))
        );
        // Another driver's word counts where its own says nothing.
        assert_eq!(
            SECRETS.masked(&object(json!({"code": 1, "seal": 2}))),
            object(json!({"code": "******", "seal": 2}))
        );
        // Declared for the top: below it is another key.
        assert_eq!(
            SECRETS.masked(&object(json!({"a": {"pin": 1}}))),
            object(json!({"a": {"pin": 1}}))
        );
    }

    #[test]
    fn of_an_unknown_driver_everything_is_masked() {
        let shown = Secrets::All.masked(&object(json!({"address": "a", "n": {"x": [1, null]}})));
        assert_eq!(
            shown,
            object(json!({"address": "******", "n": {"x": ["******", null]}}))
        );
        let stored = stored();
        assert_eq!(Secrets::All.restored(Secrets::All.masked(&stored), &stored), Ok(stored));
    }

    #[test]
    fn the_mask_written_back_keeps_every_secret() {
        assert_eq!(SECRETS.restored(SECRETS.masked(&stored()), &stored()), Ok(stored()));
    }

    #[test]
    fn a_mask_for_nothing_is_refused_by_its_path() {
        let new = json!({"pin": "******", "a": {"token": "******", "note": "******"}, "u": "ftp://a:******@b"});
        let missing = SECRETS.restored(object(new), &Map::new()).unwrap_err();
        assert_eq!(missing, ["/a/token", "/pin", "/u"]);
    }

    #[test]
    fn a_mask_in_a_list_never_brings_another_ones_secret() {
        // One user went: the other is known by its name.
        let new = object(json!({"users": [{"name": "b", "pass": "******"}]}));
        let kept = SECRETS.restored(new, &stored()).unwrap();
        assert_eq!(kept["users"], json!([{"name": "b", "pass": "y"}]));
        // Two that changed places.
        let new = object(json!({"users": [{"name": "b", "pass": "******"}, {"name": "a", "pass": "******"}]}));
        let kept = SECRETS.restored(new, &stored()).unwrap();
        assert_eq!(
            kept["users"],
            json!([{"name": "b", "pass": "y"}, {"name": "a", "pass": "x"}])
        );
        // Two that look the same: nobody knows which is meant.
        let two = object(json!({"users": [{"pass": "x"}, {"pass": "y"}]}));
        let one = object(json!({"users": [{"pass": "******"}]}));
        assert_eq!(SECRETS.restored(one, &two), Err(vec!["/users/0/pass".into()]));
    }

    #[test]
    fn stars_that_were_never_a_mask_stay_stars() {
        let new = object(json!({"note": "******"}));
        assert_eq!(SECRETS.restored(new.clone(), &Map::new()), Ok(new));
    }
}
