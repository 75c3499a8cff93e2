//! The compiler itself keeps a node within its call.

use bessemer::{Call, Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn note(&self, node: &mut Node, call: &Call) -> Result<()> {
        let _ = call.spawn(async move { node.set_power_state(None) });
        Ok(())
    }
}

fn main() {}
