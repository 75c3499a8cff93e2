//! The name is the key.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, _device: String) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
