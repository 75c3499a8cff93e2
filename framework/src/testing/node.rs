//! A node that a test makes up.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::json_of;
use crate::host::{NodeFields, Object};
use crate::node::NodeSnapshot;

/// A node to call methods on. It is a value: a call works on a copy, and shows in its
/// [`Outcome`](super::Outcome) what a server would have stored.
///
/// ```
/// let node = bessemer::testing::node("rack7")
///     .driver_info("acme_address", "10.0.0.7")
///     .property("cpus", 4)
///     .power_state("power on");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TestNode {
    fields: NodeFields,
}

/// A node of this name, with a UUID made of the name and nothing else set.
pub fn node(name: &str) -> TestNode {
    let fields = NodeFields {
        uuid: uuid_of(name).into(),
        name: Some(name.into()),
        driver: "".into(),
        ..NodeFields::default()
    };
    TestNode { fields }
}

impl TestNode {
    /// Sets a key of `driver_info`: what operators tell the driver, secrets in clear.
    pub fn driver_info(mut self, key: &str, value: impl Serialize) -> Self {
        self.fields.driver_info.map_mut().insert(key.into(), json_of(value));
        self
    }

    /// Sets a key of `properties`.
    pub fn property(mut self, key: &str, value: impl Serialize) -> Self {
        self.fields.properties.map_mut().insert(key.into(), json_of(value));
        self
    }

    /// Sets a key of `extra`: what operators noted.
    pub fn extra(mut self, key: &str, value: impl Serialize) -> Self {
        self.fields.extra.map_mut().insert(key.into(), json_of(value));
        self
    }

    /// Sets a key of `driver_internal_info`: what the driver noted earlier.
    pub fn driver_internal_info(mut self, key: &str, value: impl Serialize) -> Self {
        let info = self.fields.driver_internal_info.map_mut();
        info.insert(key.into(), json_of(value));
        self
    }

    /// Sets the power state, in Ironic's words: `power on`, `power off`.
    pub fn power_state(mut self, state: &str) -> Self {
        self.fields.power_state = Some(state.into());
        self
    }

    /// Marks it as not to be trusted.
    pub fn maintenance(mut self) -> Self {
        self.fields.maintenance = true;
        self
    }

    /// Sets the UUID.
    pub fn uuid(mut self, uuid: &str) -> Self {
        self.fields.uuid = uuid.into();
        self
    }

    /// Sets the name of its driver. Without this it is the name of the driver whose method is called; an alias
    /// is to be set.
    pub fn driver(mut self, name: &str) -> Self {
        self.fields.driver = name.into();
        self
    }

    /// Takes the name away.
    pub fn unnamed(mut self) -> Self {
        self.fields.name = None;
        self
    }

    pub(super) fn info(&self) -> &Map<String, Value> {
        self.fields.driver_info.map()
    }

    /// The fields, once the driver is known.
    pub(super) fn into_fields(mut self, driver: &'static str) -> Arc<NodeFields> {
        if self.fields.driver.is_empty() {
            self.fields.driver = driver.into();
        }
        Arc::new(self.fields)
    }
}

impl From<&Self> for TestNode {
    fn from(node: &Self) -> Self {
        node.clone()
    }
}

impl From<&NodeSnapshot> for TestNode {
    fn from(node: &NodeSnapshot) -> Self {
        Self {
            fields: node.record().to_fields(),
        }
    }
}

/// A node as an earlier call left it: `.node(outcome.node())`.
impl From<NodeSnapshot> for TestNode {
    fn from(node: NodeSnapshot) -> Self {
        Self::from(&node)
    }
}

/// One change that a method made on its node.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Where: `power_state`, or a field and its key as `properties/cpus`.
    pub path: String,
    /// The value before; `null` where there was none.
    pub before: Value,
    /// The value after; `null` where there is none.
    pub after: Value,
}

/// What is different, field by field.
pub(super) fn changes(before: &NodeFields, after: &NodeFields) -> Vec<Change> {
    let objects: [(&str, &Object, &Object); 4] = [
        ("driver_info", &before.driver_info, &after.driver_info),
        ("properties", &before.properties, &after.properties),
        ("extra", &before.extra, &after.extra),
        (
            "driver_internal_info",
            &before.driver_internal_info,
            &after.driver_internal_info,
        ),
    ];
    let mut changes = Vec::new();
    for (field, before, after) in objects {
        let (before, after) = (before.map(), after.map());
        let added = after.keys().filter(|key| !before.contains_key(*key));
        for key in before.keys().chain(added) {
            let value = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or_default();
            let is_same = before.get(key) == after.get(key);
            if !is_same {
                changes.push(Change {
                    path: format!("{field}/{key}"),
                    before: value(before),
                    after: value(after),
                });
            }
        }
    }
    if before.power_state != after.power_state {
        changes.push(Change {
            path: "power_state".into(),
            before: before.power_state.as_deref().into(),
            after: after.power_state.as_deref().into(),
        });
    }
    changes
}

/// Always the same for the same name, and different for different ones.
fn uuid_of(name: &str) -> String {
    let hash = |seed: u64| {
        name.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let (high, low) = (hash(0xcbf2_9ce4_8422_2325), hash(0x9e37_79b9_7f4a_7c15));
    format!(
        "{:08x}-{:04x}-8{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_uuid_is_of_its_name() {
        assert_eq!(uuid_of("a").len(), 36);
        assert_eq!(uuid_of("a"), uuid_of("a"));
        assert_ne!(uuid_of("a"), uuid_of("b"));
    }

    #[test]
    fn changes_name_what_came_went_and_became_another() {
        let before = node("n").property("gone", 1).property("same", 2).extra("key", "a");
        let after = node("n").property("same", 2).extra("key", "b").power_state("power on");
        let changes: Vec<_> = changes(&before.fields, &after.fields)
            .into_iter()
            .map(|change| (change.path, change.before, change.after))
            .collect();
        let expected = [
            ("properties/gone".into(), json!(1), json!(null)),
            ("extra/key".into(), json!("a"), json!("b")),
            ("power_state".into(), json!(null), json!("power on")),
        ];
        assert_eq!(changes, expected);
    }
}
