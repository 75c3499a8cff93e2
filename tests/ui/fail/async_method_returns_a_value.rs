//! A 202 has no body.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST", async)]
    async fn reset(&self, node: &mut Node) -> Result<bool> {
        let _ = node;
        Ok(true)
    }
}

fn main() {}
