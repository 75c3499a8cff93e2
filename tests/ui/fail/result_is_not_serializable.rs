//! A type without `#[bessemer::model]`.

use bessemer::{Node, Result, driver};

struct State;

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node) -> Result<State> {
        let _ = node;
        Ok(State)
    }
}

fn main() {}
