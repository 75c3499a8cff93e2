//! A driver without hardware.

use bessemer::{Map, Node, NodeSnapshot, Result, Value, Verb, driver, json};

/// No hardware.
#[derive(Default)]
pub struct Fake;

#[driver(name = "fake", aliases = ["fake-hardware"])]
impl Fake {
    /// Answers with what it was asked.
    #[passthru(http = "GET,POST,PUT,PATCH,DELETE", require_exclusive_lock = false)]
    fn echo(&self, node: &Node, verb: Verb, #[body] args: Option<Map<String, Value>>) -> Result<Value> {
        Ok(json!({"http_method": verb.as_str(), "args": args.unwrap_or_default(), "node": node.uuid()}))
    }

    /// The node as last seen, without waiting for a lock.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn peek(&self, node: NodeSnapshot) -> Result<Value> {
        Ok(json!({"name": node.name(), "power_state": node.power_state(), "maintenance": node.maintenance()}))
    }

    /// Does nothing and returns nothing.
    #[passthru(http = "POST")]
    async fn nothing(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }
}
