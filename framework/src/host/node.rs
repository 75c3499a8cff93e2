//! A node as hosts hand it over: [`NodeRecord`] is what a driver may read, kept however the host likes;
//! [`NodeFields`] is the plain form, for what is written: a change, or a node that a test makes up.

use serde_json::{Map, Value};

use crate::object::Object;

/// A node as its host keeps it: what a driver may read of it. See [`NodeSnapshot`](crate::NodeSnapshot) for the
/// meaning of each.
pub trait NodeRecord: Send + Sync + 'static {
    /// In lower case with hyphens. Asked once by each call that wants to know.
    fn uuid(&self) -> Box<str>;
    /// The name, if it has one.
    fn name(&self) -> Option<&str>;
    /// The driver by the name the node gives it.
    fn driver(&self) -> &str;
    /// Settings for the driver, secrets included.
    fn driver_info(&self) -> &Map<String, Value>;
    /// Physical properties.
    fn properties(&self) -> &Map<String, Value>;
    /// The operators' notes.
    fn extra(&self) -> &Map<String, Value>;
    /// The drivers' notes.
    fn driver_internal_info(&self) -> &Map<String, Value>;
    /// The power state as last noted.
    fn power_state(&self) -> Option<&str>;
    /// Whether an operator marked it as not to be trusted.
    fn maintenance(&self) -> bool;
    /// The same, to be changed.
    fn to_fields(&self) -> NodeFields;
}

/// The fields of a node that drivers see, to be filled in or changed. The other fields of the record are the server's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeFields {
    /// In lower case with hyphens.
    pub uuid: Box<str>,
    /// The name, if it has one.
    pub name: Option<Box<str>>,
    /// The driver by the name the node gives it.
    pub driver: Box<str>,
    /// Settings for the driver, secrets included.
    pub driver_info: Object,
    /// Physical properties.
    pub properties: Object,
    /// The operators' notes.
    pub extra: Object,
    /// The drivers' notes.
    pub driver_internal_info: Object,
    /// The power state as last noted.
    pub power_state: Option<Box<str>>,
    /// Whether an operator marked it as not to be trusted.
    pub maintenance: bool,
}

impl NodeRecord for NodeFields {
    fn uuid(&self) -> Box<str> {
        self.uuid.clone()
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn driver(&self) -> &str {
        &self.driver
    }

    fn driver_info(&self) -> &Map<String, Value> {
        self.driver_info.map()
    }

    fn properties(&self) -> &Map<String, Value> {
        self.properties.map()
    }

    fn extra(&self) -> &Map<String, Value> {
        self.extra.map()
    }

    fn driver_internal_info(&self) -> &Map<String, Value> {
        self.driver_internal_info.map()
    }

    fn power_state(&self) -> Option<&str> {
        self.power_state.as_deref()
    }

    fn maintenance(&self) -> bool {
        self.maintenance
    }

    fn to_fields(&self) -> NodeFields {
        self.clone()
    }
}
