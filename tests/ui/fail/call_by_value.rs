//! The call is borrowed.

use bessemer::{Call, Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn note(&self, node: &mut Node, call: Call) -> Result<()> {
        let _ = (call, node);
        Ok(())
    }
}

fn main() {}
