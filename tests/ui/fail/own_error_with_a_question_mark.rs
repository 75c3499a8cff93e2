//! An error of the driver that does not become ours.

use bessemer::{Node, Result, driver};

struct Refused;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Err(Refused)?
    }
}

fn main() {}
