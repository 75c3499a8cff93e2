//! A driver that threads cannot share.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme {
    calls: std::cell::Cell<u32>,
}

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, _node: &mut Node) -> Result<()> {
        self.calls.set(1);
        Ok(())
    }
}

fn main() {}
