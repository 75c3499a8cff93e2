//! A snapshot is known by its name.

use bessemer::{NodeSnapshot, Result, driver};

type Copied = NodeSnapshot;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn state(&self, node: Copied) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
