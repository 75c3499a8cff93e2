//! A pattern has no name.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, (a, b): (u8, u8)) -> Result<()> {
        let _ = (node, a, b);
        Ok(())
    }
}

fn main() {}
