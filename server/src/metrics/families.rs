//! The names and texts of all that `/metrics` has. What they are worth is put beside them in `exposition.rs`; README.md
//! lists them, which a test compares.

use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

/// A metric, of which there may be several series.
pub(super) struct Family {
    /// Without the unit and without `_total`.
    pub(super) name: &'static str,
    pub(super) kind: MetricType,
    pub(super) unit: Option<Unit>,
    pub(super) help: &'static str,
}

const fn counter(name: &'static str, help: &'static str) -> Family {
    family(name, MetricType::Counter, None, help)
}

const fn gauge(name: &'static str, help: &'static str) -> Family {
    family(name, MetricType::Gauge, None, help)
}

const fn seconds(name: &'static str, help: &'static str) -> Family {
    family(name, MetricType::Histogram, Some(Unit::Seconds), help)
}

const fn family(name: &'static str, kind: MetricType, unit: Option<Unit>, help: &'static str) -> Family {
    Family { name, kind, unit, help }
}

pub(super) static BUILD: Family = family("bessemer_build", MetricType::Info, None, "Version of this server");
pub(super) static DRIVER: Family = family(
    "bessemer_driver",
    MetricType::Info,
    None,
    "Enabled drivers, each with the crate it comes from",
);
pub(super) static START: Family = family(
    "process_start_time",
    MetricType::Gauge,
    Some(Unit::Seconds),
    "When this server started, since the beginning of 1970",
);
pub(super) static HEALTHY: Family = gauge("bessemer_healthy", "Whether a check of /readyz is well: 1, or 0");
pub(super) static NODES: Family = gauge("bessemer_nodes", "Nodes that there are");

pub(super) static CALLS: Family = counter("bessemer_calls", "Calls of methods that were answered, by HTTP status");
pub(super) static CALL: Family = seconds(
    "bessemer_call",
    "Time from a call's arrival to its answer, the wait for the lock included",
);
pub(super) static CALLS_LEFT: Family = counter(
    "bessemer_calls_left",
    "Calls whose client left before their answer; what had begun went on",
);
pub(super) static CALLS_LATE: Family = counter(
    "bessemer_calls_late",
    "Calls that had not ended when their time was over, and were told to stop",
);
pub(super) static CALLS_REFUSED: Family = counter(
    "bessemer_calls_refused",
    "Calls answered 503, as too many ran already: in the server, of their driver, or on their node",
);
pub(super) static RUNNING: Family = gauge("bessemer_calls_running", "Calls that run now");
pub(super) static RUNNING_MAX: Family = gauge(
    "bessemer_calls_running_max",
    "Most calls that may run at a time (conductor.workers_pool_size)",
);
pub(super) static STUCK: Family = gauge(
    "bessemer_calls_stuck",
    "Of the calls that run, those over their time whose thread cannot be stopped",
);
pub(super) static DRIVER_RUNNING: Family = gauge("bessemer_calls_running_in_driver", "Calls of a driver that run now");
pub(super) static DRIVER_RUNNING_MAX: Family = gauge(
    "bessemer_calls_running_in_driver_max",
    "Most calls of a driver that may run at a time (conductor.driver_workers_max)",
);

pub(super) static LOCK_WAIT: Family = seconds(
    "bessemer_lock_wait",
    "Time that calls waited for the lock of a node until they had it; those that found it free are not counted",
);
pub(super) static LOCK_WAITERS: Family = gauge("bessemer_lock_waiters", "Calls that wait for a lock now");
pub(super) static LOCK_REFUSED: Family = counter(
    "bessemer_lock_refused",
    "Calls that got no lock: it was held for too long (409), or a queue was full (503)",
);
pub(super) static LOCKED: Family = gauge("bessemer_locked_nodes", "Nodes that are locked now");
pub(super) static LOCK_HOLD: Family = seconds(
    "bessemer_lock_hold",
    "Time that locks of nodes were held, by calls and by what else changes a node",
);
pub(super) static LOCK_HELD: Family = family(
    "bessemer_lock_held_longest",
    MetricType::Gauge,
    Some(Unit::Seconds),
    "For how long the lock is held that is held the longest now",
);

pub(super) static TASKS_STARTED: Family = counter("bessemer_tasks_started", "Tasks that began");
pub(super) static TASKS_ENDED: Family = counter("bessemer_tasks_ended", "Tasks that ended, by their state then");
pub(super) static TASK: Family = seconds("bessemer_task", "Time from a task's beginning to its end");
pub(super) static TASKS_RUNNING: Family = gauge("bessemer_tasks_running", "Tasks that run now");

pub(super) static STORE_COMMIT: Family = seconds(
    "bessemer_store_commit",
    "Time that a commit to the database took, nearly all of it the disk's",
);
pub(super) static STORE_CHANGES: Family = family(
    "bessemer_store_commit_changes",
    MetricType::Histogram,
    None,
    "Changes that were committed together",
);
pub(super) static STORE_ERRORS: Family = counter(
    "bessemer_store_errors",
    "Errors of the database: no space, locked by another program, not to be relied on any more, others",
);
pub(super) static STORE_QUEUE: Family = gauge("bessemer_store_queue", "Changes that wait to be written");
pub(super) static STORE_SIZE: Family = family(
    "bessemer_store_size",
    MetricType::Gauge,
    Some(Unit::Bytes),
    "Size of the database's file and of its log",
);
pub(super) static STORE_FULL: Family = gauge(
    "bessemer_store_full",
    "Whether changes are refused, and the reserve is spent, as no space is left: 1, or 0",
);

pub(super) static REQUESTS: Family = counter(
    "bessemer_http_requests",
    "Requests that were answered, by class of status: calls of methods, probes as this one, all else",
);
pub(super) static CONNECTIONS: Family = gauge("bessemer_http_connections", "Connections that are open");
pub(super) static CONNECTIONS_MAX: Family = gauge(
    "bessemer_http_connections_max",
    "Most connections that may be open (api.connections_max)",
);
pub(super) static CONNECTIONS_REFUSED: Family = counter(
    "bessemer_http_connections_refused",
    "Connections answered 503, as their address had as many as it may (api.connections_per_address_max)",
);
pub(super) static ACCEPT_ERRORS: Family = counter(
    "bessemer_http_accept_errors",
    "Connections that could not be accepted, as the machine is short of something",
);
