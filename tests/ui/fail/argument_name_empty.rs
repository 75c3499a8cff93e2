//! A key without a letter.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, #[arg(name = "")] device: u8) -> Result<()> {
        let _ = (node, device);
        Ok(())
    }
}

fn main() {}
