//! The block itself is not marked.

use bessemer::{Node, Result, passthru};

#[derive(Default)]
struct Acme;

impl Acme {
    #[passthru(http = "POST")]
    async fn reset(
        &self,
        node: &mut Node,
        /// documented
        hard: bool,
    ) -> Result<()> {
        let _ = (node, hard);
        Ok(())
    }
}

fn main() {}
