//! A hook with a parameter too many.

use bessemer::{Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[start]
    async fn start(&self, port: u16) -> Result<()> {
        let _ = port;
        Ok(())
    }
}

fn main() {}
