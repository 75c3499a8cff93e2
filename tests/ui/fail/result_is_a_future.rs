//! A future by hand.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    fn reset(&self, _node: &mut Node) -> impl Future<Output = Result<()>> {
        async { Ok(()) }
    }
}

fn main() {}
