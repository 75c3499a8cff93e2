//! A method that has only its signature.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()>;

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
