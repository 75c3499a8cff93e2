//! JSON Patch as Ironic takes it: `add`, `replace` and `remove` on the attributes that may change. All operations
//! are applied, or none. They work on the stored values, not on what a client is shown.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::document::kind;
use super::super::fault::Fault;
use super::attributes::{CHANGEABLE, Draft, value_of};
use crate::context::Context;
use crate::store::NodeRow;

/// The operations, in their order.
pub(super) struct Patch(Vec<Operation>);

struct Operation {
    kind: Kind,
    /// As it was written.
    path: String,
    attribute: &'static str,
    /// Below the attribute.
    below: Vec<String>,
}

enum Kind {
    Add(Value),
    Replace(Value),
    Remove,
}

impl Patch {
    /// Reads the body of a PATCH.
    ///
    /// # Errors
    /// 400 with everything that is wrong.
    pub(super) fn read(body: Option<Value>, operations_max: usize) -> Result<Self, Fault> {
        let items = match body {
            Some(Value::Array(items)) => items,
            other => {
                let what = other.as_ref().map_or("nothing", kind);
                return Err(Fault::bad_request(format!(
                    "the body must be a JSON Patch, an array of operations, not {what}: \
                     [{{\"op\": \"replace\", \"path\": \"/name\", \"value\": \"node-1\"}}]"
                )));
            }
        };
        if items.len() > operations_max {
            return Err(Fault::bad_request(format!(
                "the patch has {} operations, at most {operations_max} are taken; api.patch_operations_max is the bound",
                items.len()
            )));
        }
        let mut operations = Vec::with_capacity(items.len());
        let mut faults = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match Operation::read(item) {
                Ok(operation) => operations.push(operation),
                Err(text) => faults.push(format!("operation {index}: {text}")),
            }
        }
        if faults.is_empty() {
            Ok(Self(operations))
        } else {
            Err(Fault::bad_request(faults.join("; ")))
        }
    }

    /// The attributes that it names.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|operation| operation.attribute)
    }

    /// Whether it gives the node a driver, be it the same.
    pub(super) fn names_driver(&self) -> bool {
        self.0.iter().any(|operation| operation.attribute == "driver")
    }

    /// The node with all operations applied; nothing is stored yet.
    ///
    /// # Errors
    /// 400 with what is wrong.
    pub(super) fn apply(&self, context: &Context, node: &NodeRow) -> Result<NodeRow, Fault> {
        let touched = self.touched(|name| value_of(context, node, name))?;
        let mut draft = Draft::of(node.clone());
        for (attribute, value) in touched {
            draft.set(attribute, value);
        }
        draft.finish(context, Some(node))
    }

    /// The attributes that it changes, as it leaves them; `None` is one that was removed. Only what is touched is taken
    /// out of the node and put back.
    fn touched(&self, value_of: impl Fn(&'static str) -> Value) -> Result<Touched, Fault> {
        let mut touched = Touched::new();
        for (index, operation) in self.0.iter().enumerate() {
            let name = operation.attribute;
            let attribute = touched.entry(name).or_insert_with(|| Some(value_of(name)));
            operation
                .apply(attribute)
                .map_err(|text| Fault::bad_request(format!("operation {index}: {}: {text}", operation.path)))?;
        }
        Ok(touched)
    }
}

/// Values of attributes by their names.
type Touched = BTreeMap<&'static str, Option<Value>>;

impl Operation {
    fn read(item: Value) -> Result<Self, String> {
        let Value::Object(mut item) = item else {
            return Err(format!("must be an object, not {}", kind(&item)));
        };
        let path = text(&mut item, "path")?;
        let kind = match &*text(&mut item, "op")? {
            "remove" => Kind::Remove,
            op @ ("add" | "replace") => {
                let value = item
                    .remove("value")
                    .ok_or_else(|| format!("{op} {path} has no value"))?;
                if op == "add" {
                    Kind::Add(value)
                } else {
                    Kind::Replace(value)
                }
            }
            op => {
                return Err(format!(
                    "op {op:?} is not carried out here; there are add, replace, remove"
                ));
            }
        };
        let mut segments = path
            .strip_prefix('/')
            .ok_or_else(|| format!("path {path:?} does not begin with /"))?
            .split('/');
        let first = unescaped(segments.next().unwrap_or_default());
        let Some(attribute) = CHANGEABLE.into_iter().find(|name| *name == first) else {
            return Err(format!(
                "/{first} cannot be changed; what may change is /{}",
                CHANGEABLE.join(", /")
            ));
        };
        Ok(Self {
            kind,
            attribute,
            below: segments.map(unescaped).collect(),
            path: path.clone(),
        })
    }

    /// Applies it to the attribute; `None` is one that was removed.
    fn apply(&self, attribute: &mut Option<Value>) -> Result<(), String> {
        let Some((last, parents)) = self.below.split_last() else {
            match &self.kind {
                Kind::Remove if attribute.is_none() => return Err("it was already removed".into()),
                Kind::Remove => *attribute = None,
                Kind::Add(value) | Kind::Replace(value) => *attribute = Some(value.clone()),
            }
            return Ok(());
        };
        let mut parent = attribute.as_mut().ok_or("it was removed by an operation before")?;
        for segment in parents {
            let here = kind(parent);
            parent = match parent {
                Value::Object(object) => object.get_mut(segment),
                Value::Array(items) => index(segment, items.len()).and_then(|index| items.get_mut(index)),
                _ => None,
            }
            .ok_or_else(|| format!("there is no {segment:?} in {here} on the way"))?;
        }
        match parent {
            Value::Object(object) => self.apply_to_member(object, last),
            Value::Array(items) => self.apply_to_item(items, last),
            other => Err(format!("{} has nothing below it", kind(other))),
        }
    }

    fn apply_to_member(&self, object: &mut Map<String, Value>, key: &str) -> Result<(), String> {
        match &self.kind {
            Kind::Add(value) => {
                object.insert(key.to_owned(), value.clone());
            }
            Kind::Replace(value) => *object.get_mut(key).ok_or("there is nothing to replace; use add")? = value.clone(),
            Kind::Remove => {
                object.remove(key).ok_or("there is nothing to remove")?;
            }
        }
        Ok(())
    }

    fn apply_to_item(&self, items: &mut Vec<Value>, place: &str) -> Result<(), String> {
        let len = items.len();
        let at = if place == "-" { Some(len) } else { index(place, len) };
        let at = at.ok_or_else(|| format!("{place:?} is no place in an array of {len}"))?;
        match &self.kind {
            Kind::Add(value) => items.insert(at, value.clone()),
            Kind::Replace(value) => *items.get_mut(at).ok_or("there is nothing to replace; use add")? = value.clone(),
            Kind::Remove if at < len => drop(items.remove(at)),
            Kind::Remove => return Err("there is nothing to remove".into()),
        }
        Ok(())
    }
}

fn text(item: &mut Map<String, Value>, key: &str) -> Result<String, String> {
    match item.remove(key) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!("{key} must be a string, not {}", kind(&other))),
        None => Err(format!("has no {key}")),
    }
}

/// `~1` is a slash and `~0` a tilde.
fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// A place from 0 up to the length; no signs, no leading zeros.
fn index(text: &str, len: usize) -> Option<usize> {
    let is_plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    is_plain
        .then(|| text.parse().ok())
        .flatten()
        .filter(|index| *index <= len)
}

#[cfg(feature = "fuzzing")]
impl crate::fuzzing::Parts {
    /// What a patch makes of these attributes, of which those that are not given are `null`; `None` if it is refused.
    pub fn patched(patch: Value, attributes: &Map<String, Value>) -> Option<BTreeMap<&'static str, Option<Value>>> {
        let patch = Patch::read(Some(patch), 1000).ok()?;
        patch
            .touched(|name| attributes.get(name).cloned().unwrap_or_default())
            .ok()
    }
}
