//! The call stands after the node.

use bessemer::{Call, Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn note(&self, node: &mut Node, text: String, call: &Call) -> Result<()> {
        let _ = (call, node, text);
        Ok(())
    }
}

fn main() {}
