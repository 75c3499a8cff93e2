//! Two hooks in one.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[start]
    #[stop]
    async fn start(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
