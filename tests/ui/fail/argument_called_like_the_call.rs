//! The same with the call.

#![allow(unused_variables)]

use bessemer::{Call, Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, _node: &mut Node, call: &Call, call: u8) -> Result<()> {
        let _ = call;
        Ok(())
    }
}

fn main() {}
