//! A name misspelt; blocks that add to the driver are not at fault.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(nmae = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

#[driver(extend)]
impl Acme {
    #[driver_passthru(http = "GET")]
    async fn state(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
