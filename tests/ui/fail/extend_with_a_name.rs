//! The name stands in one block.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(extend, name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
