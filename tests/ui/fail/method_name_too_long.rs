//! A name of more characters than a URL should hold.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(
        http = "POST",
        name = "reset_reset_reset_reset_reset_reset_reset_reset_reset_reset_reset_"
    )]
    async fn reset(&self, node: &mut Node) -> Result<()> {
        let _ = node;
        Ok(())
    }
}

fn main() {}
