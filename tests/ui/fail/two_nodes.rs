//! A call acts on one node.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn pair(&self, node: &mut Node, other: &mut Node) -> Result<()> {
        let _ = (node, other);
        Ok(())
    }
}

fn main() {}
