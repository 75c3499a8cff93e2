//! A block that is there only sometimes.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme
where
    Acme: Sized,
{
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
