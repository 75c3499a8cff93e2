//! A function is no method.

use bessemer::{Result, driver_passthru};

#[driver_passthru(http = "GET")]
async fn state() -> Result<()> {
    Ok(())
}

fn main() {}
