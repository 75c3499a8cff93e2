//! A snapshot is already a copy.

use bessemer::{NodeSnapshot, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn state(&self, node: &NodeSnapshot) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
