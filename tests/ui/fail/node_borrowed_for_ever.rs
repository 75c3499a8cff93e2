//! A node that is to be borrowed for longer than its call.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &'static mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
