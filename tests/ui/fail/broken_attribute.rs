//! An attribute that is only begun costs no method, not even its own.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[]
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        node.set_power_state(None);
        Ok(())
    }

    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node) -> Result<()> {
        node.set_power_state(Some("power on"));
        Ok(())
    }
}

async fn uses(node: &mut Node) -> Result<()> {
    let acme = Acme::default();
    acme.reset(node).await?;
    acme.boot(node).await
}

fn main() {}
