//! Two arguments of one key.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, a: u8, #[arg(name = "a")] b: u8) -> Result<()> {
        let _ = (node, a, b);
        Ok(())
    }
}

fn main() {}
