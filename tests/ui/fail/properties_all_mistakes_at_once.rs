//! Three mistakes, three errors.

use bessemer::{Node, Result, driver};

#[bessemer::properties]
struct Info {
    address: String,
    /// Where it answers.
    #[property(defualt = 623)]
    port: u16,
    /// Where it also answers.
    #[property(name = "port")]
    other: u16,
}

#[derive(Default)]
struct Acme;

#[driver(name = "acme", properties = Info)]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node) -> Result<String> {
        Ok(node.info::<Info>()?.address)
    }
}

fn main() {}
