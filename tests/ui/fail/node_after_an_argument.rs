//! The node comes first.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET")]
    async fn state(&self, #[arg(default = 1)] sensor: u8, node: &mut Node) -> Result<()> {
        let _ = (sensor, node);
        Ok(())
    }
}

fn main() {}
