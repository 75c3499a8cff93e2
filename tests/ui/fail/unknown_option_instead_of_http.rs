//! A misspelt option that is required.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(htpp = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
