//! And here a word at the start of a method is wrong.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    asnyc fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }

    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node) -> Result<()> {
        node.set_power_state(Some("power on"));
        Ok(())
    }
}

/// More methods of the driver that is at fault.
#[driver(extend)]
impl Acme {
    #[driver_passthru(http = "GET")]
    async fn version(&self) -> Result<u8> {
        Ok(1)
    }
}

async fn uses(node: &mut Node) -> Result<u8> {
    let acme = Acme::default();
    acme.boot(node).await?;
    acme.version().await
}

fn main() {}
