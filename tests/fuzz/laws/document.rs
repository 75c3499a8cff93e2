//! Documents of the built-in routes, and the patches among them: what is read is what serde_json reads, but for keys that
//! are given twice and for depth, and a patch does to a value what its pointers say, all of it or nothing.

use std::fmt;

use bessemer::{Map, Value, json};
use bessemer_server::fuzzing::Parts;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

const DEPTH_MAX: usize = 6;

pub(crate) fn hold(data: &[u8]) {
    let Shape { depth, has_twice } = serde_json::from_slice(data).unwrap_or_default();
    let read = Parts::document(data, DEPTH_MAX);
    let expected: Option<Value> = serde_json::from_slice(data).ok();
    let expected = expected.filter(|_| depth <= DEPTH_MAX && !has_twice);
    assert_eq!(read, expected, "{}", String::from_utf8_lossy(data));
    if let Some(patch) = read {
        patched(patch);
    }
}

fn patched(patch: Value) {
    let before = json!({
        "name": "n",
        "extra": { "a": [0, [1], { "b": 2 }], "": "empty", "c/d": {}, "e~f": null },
        "properties": {},
    });
    let Value::Object(before) = before else {
        panic!("it is one")
    };
    let expected = match &patch {
        Value::Array(operations) => expected(operations, &before),
        _ => None,
    };
    let got = Parts::patched(patch.clone(), &before).map(|touched| {
        let mut after = before.clone();
        for (name, value) in touched {
            match value {
                Some(value) => after.insert(name.into(), value),
                None => after.remove(name),
            };
        }
        // What is not there is `null` to whoever touches it.
        after.retain(|_, value| !value.is_null());
        after
    });
    let expected = expected.map(|mut after| {
        after.retain(|_, value| !value.is_null());
        after
    });
    assert_eq!(got, expected, "{patch}");
}

/// By the pointers of serde_json.
fn expected(operations: &[Value], before: &Map<String, Value>) -> Option<Map<String, Value>> {
    const CHANGEABLE: [&str; 10] = [
        "name",
        "driver",
        "driver_info",
        "properties",
        "extra",
        "instance_uuid",
        "resource_class",
        "description",
        "maintenance",
        "vendor_interface",
    ];
    let mut after = Value::Object(before.clone());
    for name in CHANGEABLE {
        after.as_object_mut()?.entry(name).or_insert(Value::Null);
    }
    for operation in operations {
        let (kind, path) = (operation.get("op")?.as_str()?, operation.get("path")?.as_str()?);
        let value = match kind {
            "remove" => None,
            "add" | "replace" => Some(operation.get("value")?),
            _ => return None,
        };
        let (parent, last) = path.rsplit_once('/')?;
        let last = last.replace("~1", "/").replace("~0", "~");
        let first = path.split('/').nth(1)?.replace("~1", "/").replace("~0", "~");
        if !CHANGEABLE.contains(&&*first) {
            return None;
        }
        let is_whole = parent.is_empty();
        let at = format!("{parent}/{}", path.rsplit('/').next()?);
        let is_there = after.pointer(&at).is_some();
        match (after.pointer_mut(parent)?, value) {
            (Value::Object(object), Some(value)) if kind == "add" || is_whole || is_there => {
                object.insert(last, value.clone());
            }
            (Value::Object(object), None) => {
                object.remove(&last)?;
            }
            (Value::Array(items), Some(value)) if kind == "add" => {
                let index = if last == "-" { items.len() } else { index(&last)? };
                if index > items.len() {
                    return None;
                }
                items.insert(index, value.clone());
            }
            (Value::Array(items), Some(value)) => *items.get_mut(index(&last)?)? = value.clone(),
            (Value::Array(items), None) if is_there => {
                items.remove(index(&last)?);
            }
            _ => return None,
        }
    }
    let Value::Object(after) = after else { return None };
    Some(after)
}

fn index(text: &str) -> Option<usize> {
    let index: usize = text.parse().ok()?;
    (index.to_string() == text).then_some(index)
}

/// What serde_json does not tell of a document.
#[derive(Default)]
struct Shape {
    depth: usize,
    has_twice: bool,
}

impl Shape {
    fn of_depth(depth: usize) -> Self {
        Self {
            depth,
            has_twice: false,
        }
    }

    fn around(self, inner: Self) -> Self {
        Self {
            depth: self.depth.max(inner.depth + 1),
            has_twice: self.has_twice | inner.has_twice,
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::of_depth(0))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::of_depth(0))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::of_depth(0))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::of_depth(0))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::of_depth(0))
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::of_depth(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        let mut shape = Shape::of_depth(1);
        while let Some(item) = items.next_element()? {
            shape = shape.around(item);
        }
        Ok(shape)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Shape, A::Error> {
        let mut shape = Shape::of_depth(1);
        let mut keys = std::collections::BTreeSet::new();
        while let Some(key) = members.next_key::<String>()? {
            shape.has_twice |= !keys.insert(key);
            shape = shape.around(members.next_value()?);
        }
        Ok(shape)
    }
}
