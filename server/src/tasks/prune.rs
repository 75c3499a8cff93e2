//! Ended tasks are forgotten when they are too old or too many: at the start, from time to time, and whenever many
//! have ended since. Which ones, and that it is done in small portions, is the store's concern.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::config::Conductor;
use crate::context::Context;
use crate::store::Retention;

/// What has ended since the store was last looked through.
#[derive(Default)]
pub(crate) struct Pruning {
    ended: AtomicUsize,
    due: Notify,
}

/// As many may be kept beyond the bound before anybody looks.
const ENDED_MAX: usize = 1000;

/// How long nobody looks at most.
const INTERVAL_MAX: Duration = Duration::from_secs(3600);

impl Pruning {
    /// Counts a task that has ended.
    pub(super) fn note_end(&self) {
        if self.ended.fetch_add(1, Ordering::Relaxed) + 1 == ENDED_MAX {
            self.due.notify_one();
        }
    }
}

/// Forgets tasks until the server stops.
pub(crate) async fn run(context: &Context) {
    tokio::select! {
        biased;
        () = context.stopping.raised() => {}
        never = prune_on(context) => match never {},
    }
}

async fn prune_on(context: &Context) -> Infallible {
    let keep = retention(&context.config.conductor);
    // Kept is kept for a twentieth longer at most, or for an hour.
    let interval = (context.config.conductor.task_retention / 20).min(INTERVAL_MAX);
    loop {
        context.pruning.ended.store(0, Ordering::Relaxed);
        match context.store.tasks_prune(keep, Timestamp::now()).await {
            Ok(0) => {}
            Ok(tasks) => tracing::info!(
                tasks,
                "ended tasks were forgotten, as conductor.task_retention and tasks_per_node_max say"
            ),
            Err(error) => tracing::warn!(%error, "ended tasks could not be forgotten; it is tried again later"),
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = context.pruning.due.notified() => {}
        }
    }
}

fn retention(limits: &Conductor) -> Retention {
    Retention {
        age_max: SignedDuration::try_from(limits.task_retention).unwrap_or(SignedDuration::MAX),
        tasks_max: limits.tasks_per_node_max,
    }
}
