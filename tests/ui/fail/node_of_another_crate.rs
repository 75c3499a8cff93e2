//! A reference to something else.

use bessemer::{Result, driver};

struct Machine;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET")]
    async fn state(&self, node: &mut Machine) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
