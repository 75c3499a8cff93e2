//! `#[arg]` on a function that is no vendor method.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    async fn boot(&self, #[arg(default = 3)] tries: u8) -> Result<()> {
        let _ = tries;
        Ok(())
    }
}

fn main() {}
