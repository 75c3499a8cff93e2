//! The name on a block of a trait.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

trait Ping {
    fn ping(&self) -> Result<()>;
}

#[driver(name = "acme")]
impl Ping for Acme {
    #[driver_passthru(http = "GET")]
    fn ping(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
