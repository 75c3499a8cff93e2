//! Methods that generic code cannot call as they are: their node stands behind an alias, or a lifetime of theirs has a
//! bound, or both; async and plain, in a block of the type and in one of a trait.

#![deny(warnings)]

use bessemer::{Call, Node, NodeSnapshot, RawBody, Result, Verb, driver};

type Shared<'n> = &'n Node;
type Exclusive<'n> = &'n mut Node;

#[derive(Default)]
struct Rack;

#[driver(name = "rack")]
impl Rack {
    #[passthru(http = "POST", require_exclusive_lock = false)]
    async fn bounded<'a: 'b, 'b>(&'a self, node: &'b Node) -> Result<String> {
        Ok(longer::<'a, 'b>(self, node).uuid().to_owned())
    }

    #[passthru(http = "POST", require_exclusive_lock = false)]
    fn bounded_plain<'a: 'b, 'b>(&'a self, node: &'b Node, call: &Call, text: String) -> Result<String> {
        call.log(longer::<'a, 'b>(self, node).uuid());
        Ok(text)
    }

    #[passthru(http = "POST")]
    async fn bounded_by_where<'a, 'b>(&'a self, node: &'b mut Node, #[arg(default = 3)] tries: u8) -> Result<u8>
    where
        'a: 'b,
    {
        node.set_power_state(None);
        Ok(tries)
    }

    #[passthru(http = "PUT")]
    fn bounded_by_where_plain<'a, 'b>(&'a self, node: &'b mut Node, #[body] body: RawBody) -> Result<usize>
    where
        'a: 'b,
    {
        node.set_power_state(None);
        Ok(body.bytes.len())
    }

    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn bounded_snapshot<'a: 'b, 'b>(&'a self, node: NodeSnapshot, call: &'b Call, verb: Verb) -> Result<String> {
        call.log(node.uuid());
        Ok(verb.to_string())
    }

    #[driver_passthru(http = "POST", async)]
    async fn bounded_without_a_node<'a, 'b: 'a>(&'a self, call: &'b Call) -> Result<()> {
        call.log("done");
        Ok(())
    }

    #[passthru(http = "POST")]
    async fn alias(&self, node: Exclusive<'_>, call: &Call, text: Option<String>) -> Result<()> {
        call.sleep(call.remaining()).await;
        node.set_power_state(text.as_deref());
        Ok(())
    }

    #[passthru(http = "POST")]
    fn alias_plain(&self, node: Exclusive<'_>, text: Option<String>) -> Result<()> {
        node.set_power_state(text.as_deref());
        Ok(())
    }

    #[passthru(http = "POST", require_exclusive_lock = false)]
    async fn alias_bounded<'a: 'b, 'b>(&'a self, node: Shared<'b>) -> Result<String> {
        Ok(longer::<'a, 'b>(self, node).uuid().to_owned())
    }

    #[passthru(http = "POST", require_exclusive_lock = false)]
    fn alias_bounded_plain<'a, 'b>(&'a self, node: Shared<'b>) -> Result<String>
    where
        'a: 'b,
    {
        Ok(longer::<'a, 'b>(self, node).uuid().to_owned())
    }
}

/// Needs the bound.
fn longer<'a: 'b, 'b>(_rack: &'a Rack, node: &'b Node) -> &'b Node {
    node
}

trait Door {
    async fn open<'a: 'b, 'b>(&'a self, node: Shared<'b>) -> Result<String>;
    fn close<'a, 'b>(&'a self, node: Exclusive<'b>) -> Result<()>
    where
        'a: 'b;
    async fn lock<'a: 'b, 'b>(&'a self, node: &'b mut Node) -> Result<()>;
    fn is_open<'a: 'b, 'b>(&'a self, node: &'b Node) -> Result<bool>;
}

#[driver(extend)]
impl Door for Rack {
    #[passthru(http = "POST", require_exclusive_lock = false)]
    async fn open<'a: 'b, 'b>(&'a self, node: Shared<'b>) -> Result<String> {
        Ok(longer::<'a, 'b>(self, node).uuid().to_owned())
    }

    #[passthru(http = "POST")]
    fn close<'a, 'b>(&'a self, node: Exclusive<'b>) -> Result<()>
    where
        'a: 'b,
    {
        node.set_power_state(None);
        Ok(())
    }

    #[passthru(http = "POST")]
    async fn lock<'a: 'b, 'b>(&'a self, node: &'b mut Node) -> Result<()> {
        node.set_power_state(None);
        Ok(())
    }

    #[passthru(http = "GET", require_exclusive_lock = false)]
    fn is_open<'a: 'b, 'b>(&'a self, node: &'b Node) -> Result<bool> {
        Ok(longer::<'a, 'b>(self, node).maintenance())
    }
}

fn main() {
    let methods: usize = bessemer::host::blocks().iter().map(|block| block.methods.len()).sum();
    assert_eq!(methods, 14);
}
