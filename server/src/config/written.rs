//! What was written: one field per option, as the option's kind reads it, before anything is
//! derived from it.
//!
//! The layers (defaults, files, environment, flags) set these fields in turn, so the last one wins.
//! What the program uses is `Config` (`model.rs`), made from this in `resolve.rs`; no other module
//! sees this type.

use std::net::IpAddr;
use std::time::Duration;

use super::model::{LogFormat, LogLevel};
use super::origin::Located;

#[derive(Default)]
pub(super) struct Written {
    /// `["*"]` is every driver compiled in.
    pub(super) enabled_drivers: Vec<Located<String>>,
    /// Empty is the machine's host name.
    pub(super) host: String,
    /// Empty is the first of `$STATE_DIRECTORY`, `$XDG_STATE_HOME` and `~/.local/state`.
    pub(super) state_path: String,

    pub(super) host_ip: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) public_endpoint: Option<String>,
    pub(super) max_limit: u64,
    pub(super) max_json_body_size_kib: u64,
    pub(super) max_json_body_depth: u64,
    pub(super) header_timeout: Duration,
    pub(super) body_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_header_size_kib: u64,
    pub(super) headers_max: u64,
    pub(super) patch_operations_max: u64,
    pub(super) page_size_max_kib: u64,
    pub(super) connections_max: u64,
    /// 0 is the default of each address.
    pub(super) connections_per_address_max: u64,
    pub(super) task_listeners_max: u64,
    pub(super) event_heartbeat: Duration,
    pub(super) accept_queue_max: u64,
    pub(super) allow_noauth_beyond_loopback: bool,

    pub(super) lock_wait: LockWait,
    pub(super) lock_waiters_per_node_max: u64,
    pub(super) lock_waiters_max: u64,
    pub(super) workers_pool_size: u64,
    pub(super) driver_workers_max: Option<Share>,
    pub(super) node_workers_max: u64,
    pub(super) driver_threads: u64,
    pub(super) driver_blocking_threads: u64,
    pub(super) sync_timeout: Duration,
    pub(super) async_timeout: Duration,
    pub(super) sync_timeout_max: Duration,
    pub(super) async_timeout_max: Duration,
    pub(super) answer_size_max_kib: u64,
    pub(super) attachment_size_max_mib: u64,
    pub(super) error_size_max: u64,
    pub(super) nodes_max: u64,
    pub(super) node_size_max_kib: u64,
    pub(super) task_retention: Duration,
    pub(super) tasks_per_node_max: u64,
    pub(super) driver_start_timeout: Duration,
    pub(super) driver_stop_timeout: Duration,
    pub(super) graceful_shutdown_timeout: Duration,
    pub(super) drain_shutdown_timeout: Duration,
    pub(super) conductor_group: String,

    /// The path of the SQLite file; none is the one in the state directory.
    pub(super) sqlite_path: Option<String>,

    pub(super) healthcheck: bool,

    pub(super) log_level: LogLevel,
    pub(super) log_format: LogFormat,
    pub(super) log_access: bool,
    pub(super) log_call_lines_max: u64,
    pub(super) log_call_line_bytes_max: u64,

    pub(super) metrics: bool,
}

/// A number, or a part of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    Count(u64),
    Percent(u64),
}

/// The wait for a node's lock, in our words or in Ironic's; the layer that spoke last decides
/// which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LockWait {
    Whole(Duration),
    Retries { attempts: u64, interval: Duration },
}

impl Default for LockWait {
    fn default() -> Self {
        LockWait::Whole(Duration::ZERO)
    }
}

impl LockWait {
    /// Ironic's defaults stand in for the one of the two that nobody wrote.
    fn retries(self) -> (u64, Duration) {
        match self {
            LockWait::Whole(_) => (3, Duration::from_secs(1)),
            LockWait::Retries { attempts, interval } => (attempts, interval),
        }
    }

    pub(super) fn with_attempts(self, attempts: u64) -> Self {
        LockWait::Retries {
            attempts,
            interval: self.retries().1,
        }
    }

    pub(super) fn with_interval(self, interval: Duration) -> Self {
        LockWait::Retries {
            attempts: self.retries().0,
            interval,
        }
    }

    pub(super) fn duration(self) -> Duration {
        match self {
            LockWait::Whole(wait) => wait,
            LockWait::Retries { attempts, interval } => {
                interval.saturating_mul(u32::try_from(attempts).unwrap_or(u32::MAX))
            }
        }
    }
}
