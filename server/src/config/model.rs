//! What the program uses: [`Config`], checked and typed. Every field is named after its option;
//! `options.rs` says what it means to an operator.
//!
//! How it comes about is in `load.rs` (the layers) and `resolve.rs` (what is derived and
//! cross-checked).

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::drivers::DriverSection;
use super::origin::{Located, Origin};

/// The configuration in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Drivers to offer; `None` is every driver compiled into the binary. Each name knows its own
    /// place in the list.
    pub enabled_drivers: Option<Vec<Located<String>>>,
    /// This server's name: in reservations, and what a client sees as the conductor.
    pub host: String,
    /// The state directory, as an absolute path.
    pub state_path: PathBuf,
    /// `[api]`.
    pub api: Api,
    /// `[conductor]`.
    pub conductor: Conductor,
    /// `[database]`.
    pub database: Database,
    /// `[healthcheck]`.
    pub healthcheck: Healthcheck,
    /// `[log]`.
    pub log: Log,
    /// `[metrics]`.
    pub metrics: Metrics,
    /// `[drivers.<name>]`, in the order of names.
    pub drivers: Vec<DriverSection>,
    /// The files that were read, in the order they were applied, each with what named it.
    pub files: Vec<Located<PathBuf>>,
    pub(super) settings: Vec<Setting>,
}

/// `[api]`: the listener and what a request may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Address to listen on.
    pub host_ip: IpAddr,
    /// Port to listen on; 0 is any free one.
    pub port: u16,
    /// URL under which clients reach the API, without a slash at the end.
    pub public_endpoint: Option<String>,
    /// Most items in one page of a listing.
    pub max_limit: usize,
    /// Most bytes of a JSON body; the option counts KiB.
    pub max_json_body_size_bytes: usize,
    /// Most levels of nesting in a JSON body.
    pub max_json_body_depth: usize,
    /// Time to send the head of a request.
    pub header_timeout: Duration,
    /// Time to send the body of a request.
    pub body_timeout: Duration,
    /// Time that a connection may rest between requests.
    pub idle_timeout: Duration,
    /// Most bytes of a request's head; the option counts KiB.
    pub max_header_size_bytes: usize,
    /// Most headers of a request.
    pub headers_max: usize,
    /// Most operations of a JSON Patch.
    pub patch_operations_max: usize,
    /// Most bytes of the nodes' settings in one page of a listing; the option counts KiB.
    pub page_size_max_bytes: usize,
    /// Most connections at a time.
    pub connections_max: usize,
    /// Most connections from one address, where there is a bound for all of them alike; see
    /// [`Api::connections_max_of`].
    pub connections_per_address_max: Option<usize>,
    /// Most listeners of one task.
    pub task_listeners_max: usize,
    /// How often those who listen are sent something.
    pub event_heartbeat: Duration,
    /// Most connections that wait to be accepted.
    pub accept_queue_max: u32,
    /// Whether listening beyond loopback without authentication was asked for.
    pub allow_noauth_beyond_loopback: bool,
}

/// Most connections from one address where nobody said how many.
const CONNECTIONS_PER_ADDRESS_MAX: usize = 64;

/// `[conductor]`: locks, workers and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conductor {
    /// Longest wait for a node's lock.
    pub lock_wait: Duration,
    /// Most calls that wait for one node's lock.
    pub lock_waiters_per_node_max: usize,
    /// Most calls that wait for locks in all.
    pub lock_waiters_max: usize,
    /// Most calls that run at a time.
    pub workers_pool_size: usize,
    /// Most calls of one driver that run at a time; a percentage of the pool is already a number
    /// here.
    pub driver_workers_max: usize,
    /// Most calls that run beside one another on one node.
    pub node_workers_max: usize,
    /// Threads of a driver's runtime.
    pub driver_threads: usize,
    /// Most threads of a driver's blocking pool.
    pub driver_blocking_threads: usize,
    /// Deadline of a synchronous method that declares none.
    pub sync_timeout: Duration,
    /// Deadline of an asynchronous method that declares none.
    pub async_timeout: Duration,
    /// Longest deadline that a synchronous method can declare.
    pub sync_timeout_max: Duration,
    /// Longest deadline that an asynchronous method can declare.
    pub async_timeout_max: Duration,
    /// Most bytes of a method's JSON result; the option counts KiB.
    pub answer_size_max_bytes: usize,
    /// Most bytes of an attachment; the option counts MiB.
    pub attachment_size_max_bytes: u64,
    /// Most bytes of the text of a driver's error.
    pub error_size_max_bytes: usize,
    /// Most nodes.
    pub nodes_max: usize,
    /// Most bytes of a node's settings as JSON; the option counts KiB.
    pub node_size_max_bytes: usize,
    /// How long an ended task is kept.
    pub task_retention: Duration,
    /// Most tasks that are kept of one node, or of a driver's own methods.
    pub tasks_per_node_max: u32,
    /// Time for a driver to configure and start itself.
    pub driver_start_timeout: Duration,
    /// Time for all drivers to stop.
    pub driver_stop_timeout: Duration,
    /// Time for running calls to end at shutdown.
    pub graceful_shutdown_timeout: Duration,
    /// The same when the shutdown was asked for as a drain.
    pub drain_shutdown_timeout: Duration,
    /// The conductor group; empty is none.
    pub conductor_group: String,
}

/// `[database]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Where nodes and tasks are kept.
    pub connection: Connection,
}

/// A store that this version can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// An SQLite file.
    Sqlite {
        /// Its path.
        path: PathBuf,
    },
}

/// `[healthcheck]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healthcheck {
    /// Whether `/healthcheck` is served.
    pub enabled: bool,
}

/// `[log]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The least important event that is logged.
    pub level: LogLevel,
    /// How an event is written.
    pub format: LogFormat,
    /// Whether every request is logged.
    pub access: bool,
    /// Most lines that one call can log.
    pub call_lines_max: usize,
    /// Most bytes of such a line.
    pub call_line_bytes_max: usize,
}

/// `[metrics]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Whether `/metrics` is served.
    pub enabled: bool,
}

/// `log.level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// What must be looked at.
    Error,
    /// What may need a look.
    Warn,
    /// What happened.
    #[default]
    Info,
    /// How it came to happen.
    Debug,
    /// Everything.
    Trace,
}

/// `log.format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Human on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// A line for people.
    Human,
    /// An object a line.
    Json,
}

/// One option in force, as `config show` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key path, `api.port`.
    pub key: &'static str,
    /// Its value as TOML text, secrets masked.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Config {
    /// Every option in force, in the order of the table.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// Where an option's value came from, for a fault that shows only when it is used (`api.port`
    /// is taken); a key that is no option has its default.
    pub fn origin(&self, key: &str) -> &Origin {
        Setting::origin(&self.settings, key)
    }

    /// The section `[drivers.<name>]`, if there is one.
    pub fn driver(&self, name: &str) -> Option<&DriverSection> {
        self.drivers.iter().find(|section| section.name.value == name)
    }
}

impl Api {
    /// Most connections from this address at a time, unless only all connections together are bounded.
    pub fn connections_max_of(&self, address: IpAddr) -> Option<usize> {
        match self.connections_per_address_max {
            None if address.to_canonical().is_loopback() => None,
            None => Some(CONNECTIONS_PER_ADDRESS_MAX),
            given => given,
        }
    }
}

impl Setting {
    pub(super) fn origin<'a>(settings: &'a [Setting], key: &str) -> &'a Origin {
        const NOWHERE: &Origin = &Origin::Default;
        settings
            .iter()
            .find(|setting| setting.key == key)
            .map_or(NOWHERE, |setting| &setting.origin)
    }
}

impl LogLevel {
    /// The word of the configuration file, which tracing's filters know too.
    pub fn as_str(self) -> &'static str {
        match self {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
            LogLevel::Trace => "trace",
        }
    }
}
