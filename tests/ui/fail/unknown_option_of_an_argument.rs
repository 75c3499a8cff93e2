//! An option of an argument with letters exchanged.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, #[arg(defualt = 3)] tries: u8) -> Result<()> {
        let _ = (node, tries);
        Ok(())
    }
}

fn main() {}
