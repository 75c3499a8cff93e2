//! A method of the driver alone locks nothing.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[driver_passthru(http = "GET", require_exclusive_lock = false)]
    async fn state(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
