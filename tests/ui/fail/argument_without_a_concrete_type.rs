//! JSON names no type.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, device: impl ToString) -> Result<()> {
        let _ = (node, device.to_string());
        Ok(())
    }
}

fn main() {}
