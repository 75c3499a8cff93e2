//! A type without `#[bessemer::model]`.

use bessemer::{Node, Result, driver};

struct Device;

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
