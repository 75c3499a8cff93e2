//! A driver that is to be borrowed for longer than the call.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&'static self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
