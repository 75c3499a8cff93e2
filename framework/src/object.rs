//! A JSON object held as text, as a map, or as both: a store reads and writes text, a driver reads and changes a
//! map, and of a node that is changed most objects stay as they are. Not for drivers.

use std::fmt;
use std::sync::OnceLock;

use serde_json::{Map, Value};

/// A JSON object that turns from text to map, or back, when first asked.
pub struct Object {
    text: OnceLock<Box<str>>,
    map: OnceLock<Box<Map<String, Value>>>,
}

impl Object {
    /// From text that is known to be a JSON object, as the store wrote it.
    ///
    /// # Errors
    /// If the text is not a JSON object. It is looked at only when [`Object::map`] is asked for, except
    /// for its first byte.
    pub fn from_text(text: Box<str>) -> Result<Self, NotAnObject> {
        if !text.starts_with('{') || !text.ends_with('}') {
            return Err(NotAnObject);
        }
        Ok(Self {
            text: OnceLock::from(text),
            map: OnceLock::new(),
        })
    }

    /// The object as JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| {
            let map = self.map.get().expect("an object holds its text or its map");
            serde_json::to_string(map).expect("a map with text keys is JSON").into()
        })
    }

    /// The object as a map. Empty where stored text turns out not to be JSON.
    #[must_use]
    pub fn map(&self) -> &Map<String, Value> {
        self.map.get_or_init(|| {
            let text = self.text.get().expect("an object holds its text or its map");
            serde_json::from_str(text).unwrap_or_default()
        })
    }

    /// The map, to change.
    pub fn map_mut(&mut self) -> &mut Map<String, Value> {
        let _ = self.map();
        self.text.take();
        self.map.get_mut().expect("the map was made above")
    }
}

/// The text handed to [`Object::from_text`] is not a JSON object.
#[derive(Debug)]
pub struct NotAnObject;

impl fmt::Display for NotAnObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a JSON object")
    }
}

impl std::error::Error for NotAnObject {}

impl Default for Object {
    fn default() -> Self {
        Self {
            text: OnceLock::from(Box::from("{}")),
            map: OnceLock::new(),
        }
    }
}

impl Clone for Object {
    fn clone(&self) -> Self {
        // To make the text again would cost many times what its copy does.
        Self {
            text: self.text.clone(),
            map: self.map.clone(),
        }
    }
}

impl From<Map<String, Value>> for Object {
    fn from(map: Map<String, Value>) -> Self {
        Self {
            text: OnceLock::new(),
            map: OnceLock::from(Box::new(map)),
        }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        match (self.text.get(), other.text.get()) {
            (Some(a), Some(b)) if a == b => true,
            _ => self.map() == other.map(),
        }
    }
}

/// Keys only: values may be secrets.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.map().keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_map_follow_each_other() {
        let mut object = Object::from_text(r#"{"a":1}"#.into()).unwrap();
        assert_eq!(object.map()["a"], 1);
        object.map_mut().insert("b".into(), true.into());
        assert_eq!(object.text(), r#"{"a":1,"b":true}"#);
        assert_eq!(object.clone(), object);
    }

    #[test]
    fn an_array_is_no_object() {
        assert!(Object::from_text("[]".into()).is_err());
    }
}
