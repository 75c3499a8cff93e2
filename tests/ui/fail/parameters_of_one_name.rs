//! Two parameters of one name: the compiler says it, once.

#![allow(unused_variables)]

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, a: u8, a: u8) -> Result<()> {
        let _ = (node, a);
        Ok(())
    }
}

fn main() {}
