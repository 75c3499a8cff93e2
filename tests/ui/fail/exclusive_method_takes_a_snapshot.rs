//! The exclusive lock, by default, with a snapshot.

use bessemer::{NodeSnapshot, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET")]
    async fn state(&self, node: NodeSnapshot) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
