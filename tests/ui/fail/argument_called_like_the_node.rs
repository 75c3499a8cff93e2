//! An argument with the name of the node: names are free, but only once.

#![allow(unused_variables)]

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, node: u8) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
