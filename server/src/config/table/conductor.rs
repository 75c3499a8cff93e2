//! `[conductor]`: locks, calls and time.

use super::{DAY, HOUR, LOCK_WAIT_MAX, NAME, SECOND, WEEK, YEAR, ms};
use crate::config::forms;
use crate::config::kind::Kind;
use crate::config::options::{Opt, count, duration, text};
use crate::config::written::LockWait;

pub(super) const CONDUCTOR: &[Opt] = &[
    Opt::new(
        "conductor.lock_wait",
        duration(ms(0), LOCK_WAIT_MAX, |w, d| w.lock_wait = LockWait::Whole(d)),
        "3",
    )
    .ironic("[conductor] node_locked_retry_attempts x node_locked_retry_interval")
    .doc(
        "Longest wait for a node's lock, then 409. Ironic's two options are read in its \
         place: attempts x interval.",
    ),
    Opt::new(
        "conductor.node_locked_retry_attempts",
        count(0, 100_000, "", |w, n| w.lock_wait = w.lock_wait.with_attempts(n)),
        "3",
    )
    .ironic("[conductor] node_locked_retry_attempts")
    .instead_of("conductor.lock_wait")
    .doc("Ironic's way to say lock_wait, with node_locked_retry_interval."),
    Opt::new(
        "conductor.node_locked_retry_interval",
        duration(ms(0), HOUR, |w, d| w.lock_wait = w.lock_wait.with_interval(d)),
        "1",
    )
    .ironic("[conductor] node_locked_retry_interval")
    .instead_of("conductor.lock_wait")
    .doc("Ironic's way to say lock_wait, with node_locked_retry_attempts."),
    Opt::new(
        "conductor.lock_waiters_per_node_max",
        count(0, 100_000, "", |w, n| w.lock_waiters_per_node_max = n),
        "64",
    )
    .doc("Most calls that wait for the lock of one node; one more is answered 503."),
    Opt::new(
        "conductor.lock_waiters_max",
        count(0, 1_000_000, "", |w, n| w.lock_waiters_max = n),
        "4096",
    )
    .doc("Most calls that wait for a lock, all nodes together; one more is answered 503."),
    Opt::new(
        "conductor.workers_pool_size",
        count(1, 100_000, "", |w, n| w.workers_pool_size = n),
        "300",
    )
    .ironic("[conductor] workers_pool_size")
    .doc("Most calls that run at a time; one more is answered 503."),
    Opt::new(
        "conductor.driver_workers_max",
        Kind::Share {
            max: 100_000,
            set: |w, share| w.driver_workers_max = Some(share),
        },
        r#""50%""#,
    )
    .doc(
        "Most calls of one driver that run at a time, as a number or as a part of \
         workers_pool_size, so that one vendor's dead hardware does not stop the others.",
    ),
    Opt::new(
        "conductor.node_workers_max",
        count(1, 100_000, "", |w, n| w.node_workers_max = n),
        "16",
    )
    .doc(
        "Most calls that run at a time on one node, where its lock lets them run beside one another: those with a \
         shared lock and those without one. One more is answered 503.",
    ),
    Opt::new(
        "conductor.driver_threads",
        count(1, 256, "", |w, n| w.driver_threads = n),
        "1",
    )
    .doc("Threads of each driver's runtime, for its async methods."),
    Opt::new(
        "conductor.driver_blocking_threads",
        count(1, 10_000, "", |w, n| w.driver_blocking_threads = n),
        "64",
    )
    .doc(
        "Most threads of each driver for its methods that are not async; a thread is made \
         when it is needed.",
    ),
    Opt::new(
        "conductor.sync_timeout",
        duration(SECOND, DAY, |w, d| w.sync_timeout = d),
        "60",
    )
    .doc("Deadline of a synchronous method that declares none; then 504."),
    Opt::new(
        "conductor.async_timeout",
        duration(SECOND, WEEK, |w, d| w.async_timeout = d),
        "1800",
    )
    .doc("Deadline of an asynchronous method that declares none; then its task has failed."),
    Opt::new(
        "conductor.sync_timeout_max",
        duration(SECOND, DAY, |w, d| w.sync_timeout_max = d),
        "600",
    )
    .doc("Longest deadline that a synchronous method can declare; a longer one is cut to this."),
    Opt::new(
        "conductor.async_timeout_max",
        duration(SECOND, WEEK, |w, d| w.async_timeout_max = d),
        "86400",
    )
    .doc(
        "Longest deadline that an asynchronous method can declare; a longer one is cut to \
         this.",
    ),
    Opt::new(
        "conductor.answer_size_max",
        count(1, 1_048_576, "KiB", |w, n| w.answer_size_max_kib = n),
        "16384",
    )
    .doc("Largest JSON result of a method; a larger one is answered 500."),
    Opt::new(
        "conductor.attachment_size_max",
        count(1, 1_048_576, "MiB", |w, n| w.attachment_size_max_mib = n),
        "1024",
    )
    .doc(
        "Largest attachment that a method can return. A larger one is answered 500, or broken off where it is made \
         while it is sent.",
    ),
    Opt::new(
        "conductor.error_size_max",
        count(256, 65_536, "bytes", |w, n| w.error_size_max = n),
        "4096",
    )
    .doc("Longest text of a driver's error, in an answer, the log, a task and last_error; a longer one is cut."),
    Opt::new(
        "conductor.nodes_max",
        count(1, 100_000_000, "", |w, n| w.nodes_max = n),
        "1000000",
    )
    .doc("Most nodes; to create one more is answered 403. All of them are kept in memory."),
    Opt::new(
        "conductor.node_size_max",
        count(1, 65_536, "KiB", |w, n| w.node_size_max_kib = n),
        "1024",
    )
    .doc(
        "Most that a node's driver_info, driver_internal_info, properties and extra may come to, as JSON. A change \
         that goes beyond is answered 413, that of a method 500.",
    ),
    Opt::new(
        "conductor.task_retention",
        duration(SECOND, YEAR, |w, d| w.task_retention = d),
        "604800",
    )
    .doc("Time for which an ended task is kept; then it is forgotten. The default is a week."),
    Opt::new(
        "conductor.tasks_per_node_max",
        count(0, 1_000_000, "", |w, n| w.tasks_per_node_max = n),
        "1000",
    )
    .doc(
        "Most tasks that are kept of one node, and of each driver's own methods; beyond, the \
         oldest that have ended are forgotten.",
    ),
    Opt::new(
        "conductor.driver_start_timeout",
        duration(ms(100), HOUR, |w, d| w.driver_start_timeout = d),
        "10",
    )
    .doc(
        "Time that each driver has to start; one that needs longer stops the start of the \
         server.",
    ),
    Opt::new(
        "conductor.driver_stop_timeout",
        duration(ms(0), HOUR, |w, d| w.driver_stop_timeout = d),
        "5",
    )
    .doc("Time that the drivers have to stop, all at once, when no call runs any more."),
    Opt::new(
        "conductor.graceful_shutdown_timeout",
        duration(ms(0), DAY, |w, d| w.graceful_shutdown_timeout = d),
        "60",
    )
    .ironic("[conductor] graceful_shutdown_timeout")
    .doc(
        "Time that running calls have to end after SIGTERM or SIGINT; new ones are answered \
         503 meanwhile. A second signal ends it.",
    ),
    Opt::new(
        "conductor.drain_shutdown_timeout",
        duration(ms(0), WEEK, |w, d| w.drain_shutdown_timeout = d),
        "1800",
    )
    .ironic("[DEFAULT] drain_shutdown_timeout")
    .doc("The same after SIGUSR2, for a stop that may take as long as firmware does."),
    Opt::new(
        "conductor.conductor_group",
        text(NAME, |w, text| {
            forms::name(text).map(|()| w.conductor_group = text.to_owned())
        }),
        r#""""#,
    )
    .stands_for("no group")
    .ironic("[conductor] conductor_group")
    .doc("Group of nodes that this server works for."),
];
