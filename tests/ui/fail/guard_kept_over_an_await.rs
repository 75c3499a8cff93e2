//! A lock guard of the standard library kept over an await.

use bessemer::{Call, Node, Result, driver};

static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[derive(Default)]
struct Acme;

#[driver(name = "acme")]
impl Acme {
    #[passthru(http = "POST")]
    async fn reset(&self, node: &mut Node, call: &Call) -> Result<()> {
        let guard = LOCK.lock();
        call.cancelled().await;
        let _ = (node, guard);
        Ok(())
    }
}

fn main() {}
