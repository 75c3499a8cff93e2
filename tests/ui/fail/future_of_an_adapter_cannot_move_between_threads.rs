//! An `Rc` kept over an await, in a method that takes its node behind an alias.

use bessemer::{Call, Node, Result, driver};

type Machine<'n> = &'n mut Node;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: Machine<'_>, call: &Call) -> Result<()> {
        let count = std::rc::Rc::new(1);
        call.cancelled().await;
        let _ = (node, count);
        Ok(())
    }
}

fn main() {}
