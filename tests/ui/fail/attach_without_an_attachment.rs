//! `attach`, but the result is JSON.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "GET", attach)]
    async fn log(&self, node: &mut Node) -> Result<String> {
        let _ = node;
        Ok(String::new())
    }
}

fn main() {}
