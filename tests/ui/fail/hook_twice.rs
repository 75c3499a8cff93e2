//! Two of one hook.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[stop]
    async fn stop(&self) -> Result<()> {
        Ok(())
    }

    #[stop]
    async fn stop_again(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
