//! The lock option says nothing by itself.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET", require_exclusive_lock)]
    async fn state(&self, node: &Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
