//! A method of the driver alone has no node.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[driver_passthru(http = "GET")]
    async fn state(&self, node: &Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
