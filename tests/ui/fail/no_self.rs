//! No driver.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
