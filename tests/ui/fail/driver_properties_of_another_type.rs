//! A struct without `#[bessemer::properties]`.

use bessemer::{Node, Result, driver};

struct Info {
    address: String,
}

#[derive(Default)]
struct Acme;

#[driver(name = "acme", properties = Info)]
impl Acme {
    #[passthru(http = "POST")]
    async fn boot(&self, _node: &mut Node) -> Result<()> {
        Ok(())
    }
}

fn main() {}
