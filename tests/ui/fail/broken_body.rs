//! A body that is half typed is the compiler's, and costs no other method.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let state = ;
        let _ = node;
        Ok(())
    }

    #[driver_passthru(http = "GET")]
    async fn state(&self) -> Result<()> {
        Ok(())
    }
}

fn uses(acme: &Acme) {
    drop(acme.state());
}

fn main() {}
