//! The option table: every option's key, type, default, names and meaning, said once. From it come
//! the check of a file, the environment's names, `config sample`, `config show` and the documents.
//!
//! To add an option: a field in `written.rs` and `model.rs`, a row here, a line in `resolve.rs`.
//! What can be asked of the table is in `options.rs`.

use std::time::Duration;

use super::forms;
use super::kind::Kind;
use super::model::{LogFormat, LogLevel};
use super::options::{Opt, count, duration, flag, text};
use super::written::LockWait;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

const NAME: &str = "a name of letters, digits, '.', '-' and '_'";

/// What lock_wait allows, and so what Ironic's two options may come to.
pub(super) const LOCK_WAIT_MAX: Duration = HOUR;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The table, in the order of `config sample`: what has no section comes first, as TOML demands.
pub(super) static OPTIONS: &[Opt] = &[
    Opt::new(
        "enabled_drivers",
        Kind::Names {
            set: |w, names| w.enabled_drivers = names,
        },
        r#"["*"]"#,
    )
    .stands_for("every driver compiled in")
    .ironic("[DEFAULT] enabled_hardware_types")
    .alias("enabled_hardware_types")
    .doc(
        "The drivers to offer, by name, out of those compiled into the binary. An empty \
         list offers none.",
    ),
    Opt::new(
        "host",
        text(NAME, |w, text| forms::name(text).map(|()| w.host = text.to_owned())),
        r#""""#,
    )
    .stands_for("the machine's host name")
    .ironic("[DEFAULT] host")
    .doc("Name of this server in reservations and in the conductor field of a node."),
    Opt::new(
        "state_path",
        text("a path", |w, text| {
            forms::path(text).map(|()| w.state_path = text.to_owned())
        }),
        r#""""#,
    )
    .stands_for("$STATE_DIRECTORY, else $XDG_STATE_HOME/bessemer, else ~/.local/state/bessemer")
    .ironic("[DEFAULT] state_path")
    .doc("Directory of everything that must outlive the process. One server uses it at a time."),
    Opt::new(
        "api.host_ip",
        text("an IP address", |w, text| {
            forms::address(text).map(|ip| w.host_ip = Some(ip))
        }),
        r#""127.0.0.1""#,
    )
    .ironic("[api] host_ip")
    .doc(
        "Address to listen on. Ironic's default is 0.0.0.0; ours stays on the machine while \
         there is no authentication.",
    ),
    Opt::new("api.port", count(0, 65535, "", |w, n| w.port = n as u16), "6385")
        .ironic("[api] port")
        .doc("Port to listen on; 0 takes any free one, and the log says which."),
    Opt::new(
        "api.public_endpoint",
        text("an HTTP URL", |w, text| {
            forms::endpoint(text).map(|url| w.public_endpoint = url)
        }),
        r#""""#,
    )
    .stands_for("the address that each request came to")
    .ironic("[api] public_endpoint")
    .doc("URL of the API as clients see it, for the links in answers; needed behind a proxy."),
    Opt::new("api.max_limit", count(1, 1_000_000, "", |w, n| w.max_limit = n), "1000")
        .ironic("[api] max_limit")
        .doc("Most items in one page of a listing."),
    Opt::new(
        "api.max_json_body_size",
        count(1, 65_536, "KiB", |w, n| w.max_json_body_size_kib = n),
        "1024",
    )
    .ironic("[api] max_json_body_size")
    .doc("Largest JSON body of a request; a larger one is refused before it is read."),
    Opt::new(
        "api.max_json_body_depth",
        count(1, 127, "", |w, n| w.max_json_body_depth = n),
        "25",
    )
    .ironic("[api] max_json_body_depth")
    .doc("Most levels of nesting in a JSON body."),
    Opt::new(
        "api.header_timeout",
        duration(ms(100), HOUR, |w, d| w.header_timeout = d),
        "10",
    )
    .doc("Time that a client has to send the head of a request."),
    Opt::new(
        "api.body_timeout",
        duration(ms(100), HOUR, |w, d| w.body_timeout = d),
        "30",
    )
    .doc("Time that a client has to send the body of a request."),
    Opt::new(
        "api.idle_timeout",
        duration(ms(100), HOUR, |w, d| w.idle_timeout = d),
        "75",
    )
    .doc("Time after which a connection without a request is closed."),
    Opt::new(
        "api.max_header_size",
        count(8, 1024, "KiB", |w, n| w.max_header_size_kib = n),
        "64",
    )
    .doc("Largest head of a request: the line with the URL and all headers. A larger one is answered 431, or 414."),
    Opt::new("api.headers_max", count(8, 10_000, "", |w, n| w.headers_max = n), "100")
        .doc("Most headers of a request; one more is answered 431."),
    Opt::new(
        "api.patch_operations_max",
        count(1, 100_000, "", |w, n| w.patch_operations_max = n),
        "1000",
    )
    .doc("Most operations in the JSON Patch of one request; one more is answered 400."),
    Opt::new(
        "api.page_size_max",
        count(64, 4_194_304, "KiB", |w, n| w.page_size_max_kib = n),
        "16384",
    )
    .doc("Most that the settings of the nodes in one page of a listing may come to; beyond, the page ends earlier."),
    Opt::new(
        "api.connections_max",
        count(1, 1_000_000, "", |w, n| w.connections_max = n),
        "1024",
    )
    .doc("Most connections at a time; further clients wait in the kernel's queue."),
    Opt::new(
        "api.connections_per_address_max",
        count(0, 1_000_000, "", |w, n| w.connections_per_address_max = n),
        "0",
    )
    .stands_for("64, and no bound for the machine itself, where a proxy may stand")
    .doc(
        "Most connections from one address at a time; one more is answered 503. A proxy on another machine is one \
         address.",
    ),
    Opt::new(
        "api.task_listeners_max",
        count(0, 100_000, "", |w, n| w.task_listeners_max = n),
        "16",
    )
    .doc("Most clients that listen to the events of one task at a time; one more is answered 503."),
    Opt::new(
        "api.event_heartbeat",
        duration(ms(10), HOUR, |w, d| w.event_heartbeat = d),
        "15",
    )
    .doc("Time without an event after which those who listen to a task are sent a line that says nothing."),
    Opt::new(
        "api.accept_queue_max",
        count(1, 65_535, "", |w, n| w.accept_queue_max = n),
        "1024",
    )
    .doc(
        "Most connections that wait in the kernel's queue; it may have a lower bound of its own \
         (net.core.somaxconn). Further ones are not answered.",
    ),
    Opt::new(
        "api.allow_noauth_beyond_loopback",
        flag(|w, yes| w.allow_noauth_beyond_loopback = yes),
        "false",
    )
    .doc(
        "Permits a host_ip that others can reach although there is no authentication yet: \
         whoever reaches it may do everything.",
    ),
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
    Opt::new(
        "database.connection",
        text("sqlite:/// with an absolute path", |w, text| {
            forms::sqlite_path(text).map(|path| w.sqlite_path = path)
        }),
        r#""""#,
    )
    .stands_for("sqlite:///<state_path>/bessemer.sqlite")
    .ironic("[database] connection")
    .doc("Where nodes and tasks are kept. This version knows SQLite only."),
    Opt::new("healthcheck.enabled", flag(|w, yes| w.healthcheck = yes), "true")
        .ironic("[healthcheck] enabled")
        .doc(
            "Whether /healthcheck is served, as Ironic does it: OK, or 503 with the reason. \
             Ironic's default is false. /livez and /readyz are always there.",
        ),
    Opt::new(
        "log.level",
        Kind::Choice {
            choices: &[
                ("error", |w| w.log_level = LogLevel::Error),
                ("warn", |w| w.log_level = LogLevel::Warn),
                ("info", |w| w.log_level = LogLevel::Info),
                ("debug", |w| w.log_level = LogLevel::Debug),
                ("trace", |w| w.log_level = LogLevel::Trace),
            ],
        },
        r#""info""#,
    )
    .doc("The least important event that is logged."),
    Opt::new(
        "log.format",
        Kind::Choice {
            choices: &[
                ("auto", |w| w.log_format = LogFormat::Auto),
                ("human", |w| w.log_format = LogFormat::Human),
                ("json", |w| w.log_format = LogFormat::Json),
            ],
        },
        r#""auto""#,
    )
    .doc("How an event is written; auto is human on a terminal and JSON otherwise."),
    Opt::new("log.access", flag(|w, yes| w.log_access = yes), "true").doc(
        "Whether every request is logged when it is answered; those for the server's health \
             only at the level debug.",
    ),
    Opt::new(
        "log.call_lines_max",
        count(0, 1_000_000, "", |w, n| w.log_call_lines_max = n),
        "1000",
    )
    .doc("Most lines that a driver's method can log in one call; the rest is left out."),
    Opt::new(
        "log.call_line_bytes_max",
        count(16, 1_048_576, "bytes", |w, n| w.log_call_line_bytes_max = n),
        "4096",
    )
    .doc("Longest such line; a longer one is cut."),
];
