//! The type of another node.

use bessemer::{Result, driver};

struct Machine;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET")]
    async fn state(&self, node: Machine) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
