//! A configuration, but nothing made from it.

use bessemer::{Node, Result, driver};

#[bessemer::model]
struct Config {
    port: u16,
}

struct Acme;

#[driver(name = "acme", config = Config)]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
