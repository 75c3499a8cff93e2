//! A bare value.

use bessemer::{Node, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> bool {
        let _ = node;
        true
    }
}

fn main() {}
