//! A type that does not exist: once, as anywhere.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, device: Device) -> Result<()> {
        let _ = (node, device);
        Ok(())
    }
}

fn main() {}
