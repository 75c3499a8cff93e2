//! A method for many types.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[driver_passthru(http = "GET")]
    async fn state<T: Send>(&self, value: Vec<T>) -> Result<()> {
        let _ = value;
        Ok(())
    }
}

fn main() {}
