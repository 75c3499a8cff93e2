//! An alias that is the name.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme", aliases = ["rack", "acme"])]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
