//! A list of borrowed texts.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, devices: Vec<&str>) -> Result<()> {
        let _ = (node, devices);
        Ok(())
    }
}

fn main() {}
