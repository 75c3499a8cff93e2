//! Properties belong to the block with the name.

use bessemer::{Node, Result, driver};

#[bessemer::properties]
struct Info {
    /// Where it is.
    address: String,
}

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {}

#[driver(extend, properties = Info)]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }
}

fn main() {}
