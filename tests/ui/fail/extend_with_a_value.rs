//! An option that stands alone.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

#[driver(extend = true)]
impl Acme {
    #[driver_passthru(http = "GET")]
    async fn state(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
