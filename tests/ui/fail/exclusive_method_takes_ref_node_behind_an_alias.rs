//! The same behind a type alias.

use bessemer::{Node, Result, driver};

type Machine<'a> = &'a Node;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: Machine<'_>) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
