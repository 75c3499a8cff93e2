//! An error that is not ours and does not become it.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<(), std::fmt::Error> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
