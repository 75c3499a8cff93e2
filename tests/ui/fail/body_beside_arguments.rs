//! A whole body and a part of it.

use bessemer::{Node, Result, Value, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, #[body] all: Value, device: u8) -> Result<()> {
        let _ = (node, all, device);
        Ok(())
    }
}

fn main() {}
