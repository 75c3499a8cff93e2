//! What the methods return. Their schemas stand in listings, which is why they are types and not `json!`.

use std::any::TypeId;

use bessemer::{Map, Node, NodeSnapshot, Value, Verb, host};

/// A request as a method got it.
#[bessemer::model]
pub struct Echo {
    /// The request's HTTP method.
    pub http_method: String,
    /// The arguments, whatever they were.
    pub args: Map<String, Value>,
    /// The node's UUID, where there is a node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

impl Echo {
    pub(crate) fn new(verb: Verb, args: Option<Map<String, Value>>, node: Option<&Node>) -> Self {
        Self {
            http_method: verb.to_string(),
            args: args.unwrap_or_default(),
            node: node.map(|node| node.uuid().into()),
        }
    }
}

/// A node as it was last stored. Its `driver_info` is not shown: it may hold secrets.
#[bessemer::model]
pub struct Peek {
    /// The UUID.
    pub uuid: String,
    /// The name, if it has one.
    pub name: Option<String>,
    /// The driver.
    pub driver: String,
    /// The power state.
    pub power_state: Option<String>,
    /// Whether it is in maintenance.
    pub maintenance: bool,
    /// Physical properties.
    pub properties: Map<String, Value>,
    /// The operators' notes.
    pub extra: Map<String, Value>,
}

impl Peek {
    pub(crate) fn of(node: &NodeSnapshot) -> Self {
        Self {
            uuid: node.uuid().into(),
            name: node.name().map(Into::into),
            driver: node.driver().into(),
            power_state: node.power_state().map(Into::into),
            maintenance: node.maintenance(),
            properties: node.properties().clone(),
            extra: node.extra().clone(),
        }
    }
}

/// How long a method slept.
#[bessemer::model]
pub struct Slept {
    /// In seconds.
    pub slept: f64,
}

/// A driver as it is compiled in.
#[bessemer::model]
pub struct Info {
    /// Its name.
    pub driver: String,
    /// The version of its crate.
    pub version: String,
    /// The names of its methods, sorted; those of the driver alone too.
    pub methods: Vec<String>,
}

impl Info {
    /// What is registered for this type.
    pub(crate) fn of<D: 'static>(driver: &str) -> Self {
        let blocks = host::blocks()
            .iter()
            .filter(|block| (block.target)() == TypeId::of::<D>());
        let mut methods: Vec<String> = blocks
            .flat_map(|block| block.methods)
            .map(|method| method.name.into())
            .collect();
        methods.sort();
        methods.dedup();
        Self {
            driver: driver.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            methods,
        }
    }
}
