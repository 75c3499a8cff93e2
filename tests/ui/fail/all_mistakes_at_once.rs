//! Every mistake of a block in one go; what is right stays usable elsewhere.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    /// Wrong in three ways.
    #[passthru(http = "PSOT", asnyc, require_exclusive_lock = false)]
    async fn one(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }

    #[passthru(http = "POST")]
    async fn two(&self, node: &mut Node, text: &str) {
        let _ = (node, text);
    }

    /// Right.
    #[driver_passthru(http = "GET")]
    async fn three(&self) -> Result<()> {
        Ok(())
    }
}

fn uses(acme: &Acme) {
    drop(acme.three());
}

#[driver(extend)]
impl Acme {
    #[driver_passthru(http = "GET")]
    async fn four(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
