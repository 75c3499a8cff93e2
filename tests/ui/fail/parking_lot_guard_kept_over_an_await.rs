//! A lock guard of `parking_lot` kept over an await.

use bessemer::{Call, Node, Result, driver};
use parking_lot::Mutex;

static LOCK: Mutex<()> = Mutex::new(());

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
