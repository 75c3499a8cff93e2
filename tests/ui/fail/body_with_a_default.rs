//! A body is there or not.

use bessemer::{Node, Result, Value, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(
        &self,
        node: &mut Node,
        #[body]
        #[arg(default = Value::Null)]
        all: Value,
    ) -> Result<()> {
        let _ = (node, all);
        Ok(())
    }
}

fn main() {}
