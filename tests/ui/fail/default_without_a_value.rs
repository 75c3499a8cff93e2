//! A default that is none.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, #[arg(default)] tries: u8) -> Result<()> {
        let _ = (node, tries);
        Ok(())
    }
}

fn main() {}
