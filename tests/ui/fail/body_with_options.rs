//! A body takes none.

use bessemer::{Node, Result, Value, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, #[body(json)] all: Value) -> Result<()> {
        let _ = (node, all);
        Ok(())
    }
}

fn main() {}
