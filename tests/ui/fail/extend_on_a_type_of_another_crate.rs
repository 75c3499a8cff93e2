//! A driver of another crate. Only its own crate can give a type more members, and rustc says so more than once.

use bessemer::{Result, driver};
use bessemer_driver_fake::Fake;

trait Ping {
    fn ping(&self) -> Result<()>;
}

#[driver(extend)]
impl Ping for Fake {
    #[driver_passthru(http = "GET")]
    fn ping(&self) -> Result<()> {
        Ok(())
    }
}

fn main() {}
