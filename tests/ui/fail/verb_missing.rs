//! A text without a verb.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
