//! A request has one body.

use bessemer::{Node, Result, Value, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, #[body] a: Value, #[body] b: Value) -> Result<()> {
        let _ = (node, a, b);
        Ok(())
    }
}

fn main() {}
