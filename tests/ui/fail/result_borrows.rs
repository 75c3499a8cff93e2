//! A result that borrows.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET")]
    async fn name<'a>(&'a self, node: &'a mut Node) -> Result<&'a str> {
        Ok(node.uuid())
    }
}

fn main() {}
