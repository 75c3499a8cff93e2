//! An error of the standard library has no kind.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, device: String) -> Result<u8> {
        let _ = node;
        Ok(device.parse()?)
    }
}

fn main() {}
