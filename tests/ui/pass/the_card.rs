//! The attribute of the project's card, word for word.

use bessemer::{Node, Result, driver};

#[derive(Default)]
struct Card;

#[driver(name = "card")]
impl Card {
    #[passthru(http = "GET,POST", async, require_exclusive_lock = false)]
    async fn third(&self, node: &Node, bar: String) -> Result<()> {
        let _ = (node, bar);
        Ok(())
    }
}

fn main() {
    let methods = bessemer::host::blocks()[0].methods;
    assert_eq!(methods[0].name, "third");
    assert!(methods[0].is_async);
    assert_eq!(methods[0].entry.lock(), bessemer::host::LockMode::Shared);
}
