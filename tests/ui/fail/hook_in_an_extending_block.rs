//! Hooks stand where the name stands.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {}

#[driver(extend)]
impl Acme {
    #[validate]
    fn validate(&self, _node: &bessemer::NodeSnapshot) -> Result<()> {
        Ok(())
    }
}

fn main() {}
