//! `attach = false`, but the result is an attachment.

use bessemer::{Attachment, Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET", attach = false)]
    async fn log(&self, node: &mut Node) -> Result<Attachment> {
        let _ = node;
        Ok(Attachment::bytes("x"))
    }
}

fn main() {}
