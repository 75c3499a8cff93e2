//! No `Result` at all.

use bessemer::{Node, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) {
        let _ = node;
    }
}

fn main() {}
