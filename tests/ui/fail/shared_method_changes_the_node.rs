//! The compiler itself keeps a shared node unchanged.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST", require_exclusive_lock = false)]
    async fn note(&self, node: &Node) -> Result<()> {
        node.set_power_state(None);
        Ok(())
    }
}

fn main() {}
