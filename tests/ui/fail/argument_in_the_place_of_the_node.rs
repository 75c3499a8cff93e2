//! The node was forgotten before an argument.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET")]
    async fn state(&self, sensor: String) -> Result<()> {
        let _ = sensor;
        Ok(())
    }
}

fn main() {}
