//! The second block of the driver at the root, alone in its module.

use bessemer::{Result, driver};

use crate::Root;

#[driver(extend)]
impl Root {
    /// In a second block.
    #[driver_passthru(http = "GET")]
    async fn in_second_block(&self) -> Result<()> {
        Ok(())
    }
}
