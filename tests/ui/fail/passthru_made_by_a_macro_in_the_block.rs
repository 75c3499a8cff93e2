//! A macro within the block runs after the block is read.

use bessemer::{Node, Result, driver, passthru};

macro_rules! reset {
    () => {
        #[passthru(http = "POST")]
        async fn reset(&self, _node: &mut Node) -> Result<()> {
            Ok(())
        }
    };
}

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    reset!();
}

fn main() {}
