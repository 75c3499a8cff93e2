//! An option that is half written.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme", properties)]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }
}

fn main() {}
