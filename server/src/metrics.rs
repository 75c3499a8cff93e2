//! What the server counts, for `/metrics`. On the way of a call there are relaxed atomics and nothing else: no
//! allocation, no look-up, no mutex. They lie where the call is anyway: in its method's record, or here where there is
//! one for the whole server. What already is somewhere (queues, locks, running calls) is read when it is asked for.
//!
//! The law: what names a series comes out of this binary's own catalogue and tables. No word of a request becomes a
//! label, and no node does.
//!
//! `cells.rs` has the atomics, `method.rs` what is kept for each method, `families.rs` names and texts,
//! `exposition.rs` puts the page together. The route is in `http/metrics.rs`.

mod cells;
mod exposition;
mod families;
mod method;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub(crate) use self::cells::{Counter, Histogram, Reading, Scale};
pub(crate) use self::exposition::page;
#[cfg(test)]
pub(crate) use self::method::STATUSES;
pub(crate) use self::method::{Called, MethodCounts};

use crate::catalogue::Catalogue;
use crate::lock::LockMode;
use crate::store::{TaskRow, TaskState};

/// How long calls stand in line for a lock: by default three seconds at most.
static WAITS: Scale<11> = Scale::of_micros([
    1_000, 5_000, 25_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 15_000_000, 60_000_000,
]);

/// How long locks are held: for as long as a method talks to its hardware.
static HOLDS: Scale<11> = Scale::of_micros([
    1_000,
    10_000,
    50_000,
    250_000,
    1_000_000,
    5_000_000,
    15_000_000,
    60_000_000,
    300_000_000,
    1_200_000_000,
    3_600_000_000,
]);

/// What there is once for the whole server.
pub(crate) struct Metrics {
    /// Answers by route and class of status, without those that a method's record counts.
    requests: [[Counter; CLASSES.len()]; Route::ALL.len()],
    /// Connections that are open.
    connections: AtomicUsize,
    /// Connections for which there was no place, as their address had its share.
    pub(crate) connections_refused: Counter,
    /// Connections that could not be accepted.
    pub(crate) accept_errors: Counter,
    waits_exclusive: Histogram<11>,
    waits_shared: Histogram<11>,
    holds_exclusive: Histogram<11>,
    holds_shared: Histogram<11>,
}

/// The classes of statuses, as they are labelled.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// What kind of thing is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Route {
    /// Nodes, drivers, tasks, documents: what the server itself answers.
    #[default]
    Api,
    /// A method, or the list of methods.
    VendorPassthru,
    /// The health, or this page.
    Probe,
}

impl Route {
    const ALL: [Self; 3] = [Self::Api, Self::VendorPassthru, Self::Probe];

    fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::VendorPassthru => "vendor_passthru",
            Self::Probe => "probe",
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: Default::default(),
            connections: AtomicUsize::new(0),
            connections_refused: Counter::default(),
            accept_errors: Counter::default(),
            waits_exclusive: Histogram::new(&WAITS),
            waits_shared: Histogram::new(&WAITS),
            holds_exclusive: Histogram::new(&HOLDS),
            holds_shared: Histogram::new(&HOLDS),
        }
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, called: Called<'_>, status: u16, took: Duration) {
        if let Err(route) = called.answered(status, took) {
            self.requests[route as usize][class(status)].count();
        }
    }

    /// A lock was granted to one who had to wait for it.
    pub(crate) fn waited(&self, mode: LockMode, waited: Duration) {
        match mode {
            LockMode::Exclusive => self.waits_exclusive.observe_time(waited),
            LockMode::Shared => self.waits_shared.observe_time(waited),
        }
    }

    /// A lock is no longer held.
    pub(crate) fn held(&self, mode: LockMode, held: Duration) {
        match mode {
            LockMode::Exclusive => self.holds_exclusive.observe_time(held),
            LockMode::Shared => self.holds_shared.observe_time(held),
        }
    }

    /// A connection is open for as long as this lives.
    pub(crate) fn connected(&self) -> Connected<'_> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Connected(self)
    }
}

/// See [`Metrics::connected`].
pub(crate) struct Connected<'m>(&'m Metrics);

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Tasks were ended by the end of their server. Those of a method that is no more are in no series.
pub(crate) fn interrupted(catalogue: &Catalogue, task: &TaskRow) {
    let method = catalogue.driver(&task.driver).and_then(|driver| match task.node {
        Some(_) => driver.node_method(&task.method),
        None => driver.driver_method(&task.method),
    });
    if let Some(method) = method {
        method.counts().tasks_ended(TaskState::Interrupted).count();
    }
}

/// The index in [`CLASSES`].
fn class(status: u16) -> usize {
    (usize::from(status) / 100).clamp(1, CLASSES.len()) - 1
}
