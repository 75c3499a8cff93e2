//! The lock misspelt: the node is judged as it is meant.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET", require_exclusive_lok = false)]
    async fn state(&self, node: &Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
