//! A hook that returns a value.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[stop]
    async fn stop(&self) -> Result<u8> {
        Ok(1)
    }
}

fn main() {}
