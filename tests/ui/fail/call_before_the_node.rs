//! The call stands after the node.

use bessemer::{Call, Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn note(&self, call: &Call, node: &mut Node) -> Result<()> {
        let _ = (call, node);
        Ok(())
    }
}

fn main() {}
