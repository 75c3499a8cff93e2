//! The call stands after the driver where there is no node.

use bessemer::{Call, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[driver_passthru(http = "POST")]
    async fn note(&self, text: String, call: &Call) -> Result<()> {
        let _ = (call, text);
        Ok(())
    }
}

fn main() {}
