//! The compiler itself keeps a node within its call, also behind an alias.

use bessemer::{Node, Result, driver};

type Machine = &'static mut Node;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: Machine) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
