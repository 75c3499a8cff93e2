//! A method of a node without its node.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET")]
    async fn state(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
