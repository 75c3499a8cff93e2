//! From a driver's type to what its blocks registered, as the server's catalogue finds it.

use std::any::{TypeId, type_name};

use serde_json::Value;

use crate::Verb;
use crate::host::{self, Method};

/// What is registered of one driver.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) driver: &'static host::Driver,
    /// Those of nodes before those of the driver, each sorted by name.
    pub(super) methods: Vec<&'static Method>,
}

impl Record {
    /// Of this type.
    ///
    /// # Panics
    /// If nothing is registered for it, which the bound on callers rules out.
    pub(super) fn of<D: 'static>() -> Self {
        let blocks = || {
            let all = host::blocks().iter();
            all.filter(|block| (block.target)() == TypeId::of::<D>())
        };
        let driver = blocks().find_map(|block| block.driver);
        let mut methods: Vec<&Method> = blocks().flat_map(|block| block.methods).collect();
        methods.sort_by_key(|method| (method.entry.is_driver_level(), method.name));
        Self {
            driver: driver.unwrap_or_else(|| panic!("no block of {} is linked", type_name::<D>())),
            methods,
        }
    }

    /// The method of this name, on a node or of the driver.
    ///
    /// # Panics
    /// If there is none: the test is wrong, not the driver.
    #[track_caller]
    pub(super) fn method(&self, name: &str, driver_level: bool) -> &'static Method {
        let is_named = |method: &&&Method| method.name == name;
        let mut named = self.methods.iter().filter(is_named);
        if let Some(method) = named.find(|method| method.entry.is_driver_level() == driver_level) {
            return method;
        }
        let driver = self.driver.name;
        if self.methods.iter().any(|method| method.name == name) {
            match driver_level {
                true => panic!("`{name}` is a method of a node: give the call one, `.node(testing::node(\"n\"))`"),
                false => panic!("`{name}` is a method of the driver {driver} alone: leave `.node(…)` out"),
            }
        }
        let names: Vec<&str> = self.methods.iter().map(|method| method.name).collect();
        panic!("{driver} has no method `{name}`; it has {}", names.join(", "))
    }

    /// The settings of the driver's section; `None` where its type takes any.
    pub(super) fn settings(&self) -> Option<Vec<String>> {
        let document = super::schema::document(self.driver.config?);
        let properties = super::schema::resolved(&document, &document).get("properties")?;
        Some(properties.as_object()?.keys().cloned().collect())
    }
}

/// A method's name with a word for its level, for messages.
pub(super) fn title(method: &Method) -> String {
    match method.entry.is_driver_level() {
        true => format!("driver method `{}`", method.name),
        false => format!("method `{}`", method.name),
    }
}

/// The verb a call has if the test does not say.
pub(super) fn default_verb(method: &Method, has_query: bool) -> Verb {
    let mut verbs = method.verbs.iter().copied();
    let first = method.verbs.first().copied().unwrap_or(Verb::Post);
    match has_query {
        true => verbs.find(|verb| verb.reads_query()).unwrap_or(first),
        false => first,
    }
}

/// A driver's section with nothing in it.
pub(super) fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}
