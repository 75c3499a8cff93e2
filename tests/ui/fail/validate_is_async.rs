//! A look at a node does not wait.

use bessemer::{NodeSnapshot, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[validate]
    async fn validate(&self, _node: &NodeSnapshot) -> Result<()> {
        Ok(())
    }
}

fn main() {}
