//! The same behind a type alias.

use bessemer::{Node, Result, driver};

type Machine<'a> = &'a mut Node;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST", require_exclusive_lock = false)]
    async fn reset(&self, node: Machine<'_>) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
