//! How the suite may call a driver's methods. Only the author knows: what is called may be hardware.

use std::any::Any;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::host::BoxFuture;
use crate::testing::block_on::block_on;
use crate::testing::json_of;
use crate::testing::node::TestNode;
use crate::testing::record::nothing;

/// How the suite calls a driver's methods: on which node, with which arguments, on which runtime.
///
/// **Every method that is not [skipped](Setup::skip) is called**, several times, and cancelled in its midst.
/// The node must be one that may be treated so: a simulator, or hardware to be broken.
///
/// ```
/// use bessemer::{json, testing};
/// use bessemer::testing::conformance::Setup;
///
/// fn setup() -> Setup {
///     Setup::new(testing::node("rack7").driver_info("acme_password", "hunter2"))
///         .arguments("set_prop", json!({ "key": "cpus", "value": 4 }))
///         .skip("explode", "it does what it says")
/// }
/// # setup();
/// ```
#[must_use]
pub struct Setup {
    pub(super) section: Value,
    pub(super) node: TestNode,
    pub(super) arguments: BTreeMap<String, Vec<Value>>,
    pub(super) skipped: BTreeMap<String, String>,
    enter: Box<dyn FnOnce(BoxFuture<()>)>,
    kept: Vec<Box<dyn Any>>,
}

impl Setup {
    /// With this node.
    pub fn new(node: impl Into<TestNode>) -> Self {
        Self {
            section: nothing(),
            node: node.into(),
            arguments: BTreeMap::new(),
            skipped: BTreeMap::new(),
            enter: Box::new(block_on),
            kept: Vec::new(),
        }
    }

    /// The section of the configuration that the driver is made from.
    pub fn config(mut self, section: impl Serialize) -> Self {
        self.section = json_of(section);
        self
    }

    /// What a method is called with: an object of its named arguments, or its body. Given several times, it is
    /// called with each. Without this the suite makes values up by the method's schemas, which is enough where
    /// any value will do.
    pub fn arguments(mut self, method: &str, arguments: impl Serialize) -> Self {
        let given = self.arguments.entry(method.into()).or_default();
        given.push(json_of(arguments));
        self
    }

    /// A method that is not called, and why not.
    pub fn skip(mut self, method: &str, why: &str) -> Self {
        self.skipped.insert(method.into(), why.into());
        self
    }

    /// What the calls are run on, for methods that need a reactor:
    /// `.run_on(|calls| tokio::runtime::Runtime::new().unwrap().block_on(calls))`.
    pub fn run_on(mut self, enter: impl FnOnce(BoxFuture<()>) + 'static) -> Self {
        self.enter = Box::new(enter);
        self
    }

    /// Something that must live as long as the calls: a simulator.
    pub fn keep(mut self, value: impl Any) -> Self {
        self.kept.push(Box::new(value));
        self
    }

    pub(super) fn section(&self) -> Value {
        self.section.clone()
    }

    /// Runs the calls, then lets go of what was kept.
    pub(super) fn enter(self, calls: BoxFuture<()>) {
        (self.enter)(calls);
        drop(self.kept);
    }
}
