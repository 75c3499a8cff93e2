//! An `Rc` kept over an await.

use bessemer::{Call, Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node, call: &Call) -> Result<()> {
        let count = std::rc::Rc::new(1);
        call.cancelled().await;
        let _ = (node, count);
        Ok(())
    }
}

fn main() {}
