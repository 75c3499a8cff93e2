//! The driver of a second crate.

use bessemer::{Result, driver};

#[derive(Default)]
pub struct Second;

#[driver(name = "in-second-crate")]
impl Second {
    /// In a second crate.
    #[driver_passthru(http = "GET")]
    async fn in_second_crate(&self) -> Result<()> {
        Ok(())
    }
}
