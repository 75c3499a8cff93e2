//! Whether this server may be sent requests, as a list of checks. Who asks, and how the answer looks, is the concern
//! of `http/health.rs` and, for the service manager's watchdog, of `notify.rs`.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::context::Context;
use crate::store::StoreError;

/// What is known of the store's health. Asking it costs a write, so it is asked once a second at most, whoever wants
/// to know.
#[derive(Default)]
pub(crate) struct Health(Mutex<Option<(Instant, Result<(), StoreError>)>>);

/// For so long an answer of the store's is not asked for again.
const FRESH: Duration = Duration::from_secs(1);

/// In this time a healthy store has written something.
const WRITE_MAX: Duration = Duration::from_secs(2);

/// One thing that must be so.
pub(crate) struct Check {
    /// What it is about.
    pub(crate) name: &'static str,
    /// Whether it is so.
    pub(crate) is_ok: bool,
    /// More of it, or what is wrong.
    pub(crate) detail: String,
}

/// Everything that must be so before requests are sent here.
pub(crate) async fn checks(context: &Context) -> [Check; 4] {
    let drivers = context.catalogue.distinct().count();
    let (can_be_written, store) = match store(context).await {
        Ok(()) => (true, "can be written".to_owned()),
        Err(error) => (false, error.to_string()),
    };
    let (stuck, places) = context.workers.stuck();
    let stops = context.stopping.is_raised();
    let serving = if stops {
        "the server stops"
    } else {
        "calls are accepted"
    };
    [
        Check {
            name: "drivers",
            // Nothing listens before all of them have started.
            is_ok: true,
            detail: format!("{drivers} started"),
        },
        Check {
            name: "store",
            is_ok: can_be_written,
            detail: store,
        },
        Check {
            name: "workers",
            // A server whose places are merely all taken will have one again soon; where half of them are lost, something
            // is wrong that only a new process ends.
            is_ok: stuck < places.div_ceil(2),
            detail: format!("{stuck} of {places} calls are over their time and cannot be stopped"),
        },
        Check {
            name: "serving",
            is_ok: !stops,
            detail: serving.to_owned(),
        },
    ]
}

async fn store(context: &Context) -> Result<(), StoreError> {
    let mut known = context.health.0.lock().await;
    if let Some((asked, answer)) = &*known
        && asked.elapsed() < FRESH
    {
        return answer.clone();
    }
    let answer = context.store.health(WRITE_MAX).await;
    *known = Some((Instant::now(), answer.clone()));
    answer
}
