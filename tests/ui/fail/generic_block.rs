//! A block for many types.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme<T>(T);

#[driver(name = "acme")]
impl<T: Send + Sync> Acme<T> {
    #[driver_passthru(http = "GET")]
    fn ping(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
