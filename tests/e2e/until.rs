//! For tests that can only look again and again: they wait as long as a busy machine may need, and no longer.

use std::time::{Duration, Instant};

/// No machine is so busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there is something. Each time somebody else may go on.
///
/// # Panics
/// If there is nothing for too long.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        tokio::task::yield_now().await;
    }
}
