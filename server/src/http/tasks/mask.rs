//! The arguments of a task without their secrets. Nobody declares which arguments are secret, so keys say it, as in a
//! node's settings. And words: of `{"key": "password", "value": …}` nothing is shown.

use bessemer::host::speaks_of_secrets;
use serde_json::{Map, Value};

use super::super::nodes::{MASK, masked_by_keys};

/// What may be shown.
pub(super) fn masked(arguments: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = masked_by_keys(arguments);
    hide_if_told(&mut shown);
    shown
}

/// Hides all that lies beside a word that speaks of secrets.
fn hide_if_told(object: &mut Map<String, Value>) {
    let is_told = object
        .values()
        .any(|value| value.as_str().is_some_and(speaks_of_secrets));
    for value in object.values_mut() {
        if is_told && !value.is_null() {
            *value = MASK.into();
        } else {
            look_into(value);
        }
    }
}

fn look_into(value: &mut Value) {
    match value {
        Value::Object(object) => hide_if_told(object),
        Value::Array(items) => {
            let is_told = items.iter().any(|item| item.as_str().is_some_and(speaks_of_secrets));
            for item in items {
                if is_told {
                    *item = MASK.into();
                } else {
                    look_into(item);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(arguments: Value, shown: Value) {
        assert_eq!(Value::from(masked(arguments.as_object().unwrap())), shown);
    }

    #[test]
    fn secrets_are_told_by_keys_and_by_the_words_beside_them() {
        check(json!({"slot": 4, "note": "n"}), json!({"slot": 4, "note": "n"}));
        check(
            json!({"bmc_password": "x", "slot": 4}),
            json!({"bmc_password": MASK, "slot": 4}),
        );
        check(
            json!({"key": "admin_password", "value": "x", "slot": null}),
            json!({"key": MASK, "value": MASK, "slot": null}),
        );
        check(
            json!({"settings": [{"name": "snmp community", "value": ["x"]}, {"name": "host", "value": "y"}]}),
            json!({"settings": [{"name": MASK, "value": MASK}, {"name": "host", "value": "y"}]}),
        );
        check(json!({"set": ["token", "x"]}), json!({"set": [MASK, MASK]}));
        check(
            json!({"image": "http://user:word@host/x"}),
            json!({"image": "http://user:******@host/x"}),
        );
    }
}
