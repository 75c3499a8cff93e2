//! The same verb twice, within one text.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET,GET")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
