//! What goes into and comes out of the node locks: modes, askers, limits, refusals, views. Plain data: nothing
//! here locks, waits or knows the table. A refusal is a promise that nothing ran, so a client may send again.

use std::fmt;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use uuid::Uuid;

use super::Instant;

/// How a call holds its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Alone.
    Exclusive,
    /// Beside other shared calls, never beside an exclusive one.
    Shared,
}

impl LockMode {
    /// The word used on the wire and in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            LockMode::Exclusive => "exclusive",
            LockMode::Shared => "shared",
        }
    }
}

/// Who asks for a lock, and later who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The method's name, or the verb of a built-in operation such as `PATCH`.
    pub operation: &'static str,
    /// The request, as the client sees it in the request id header.
    pub request: Uuid,
    /// The task of an asynchronous call.
    pub task: Option<Uuid>,
    /// When the edge read the clock for this request. A lock that is free is held since this instant, which saves
    /// a reading of the clock per call; after slow work between the edge and the lock, pass a fresh instant.
    pub arrived: Instant,
}

/// How many may wait. The defaults are 64 per node and 4,096 in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Waiters on one node; the next is refused with [`Refused::NodeQueueFull`].
    pub waiters_per_node_max: usize,
    /// Waiters on all nodes together; the next is refused with [`Refused::QueueFull`].
    pub waiters_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            waiters_per_node_max: 64,
            waiters_max: 4096,
        }
    }
}

/// Why a lock was not granted. Nothing ran and nothing is kept of the asker.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Still held when the deadline passed, or held when asked without waiting.
    #[error("node is locked by {0}")]
    Locked(Box<Blockers>),
    /// The queue of this node is full.
    #[error("{limit} calls already wait for this node")]
    NodeQueueFull {
        /// [`Limits::waiters_per_node_max`].
        limit: usize,
    },
    /// The queues of all nodes together are full.
    #[error("{limit} calls already wait for nodes of this server")]
    QueueFull {
        /// [`Limits::waiters_max`].
        limit: usize,
    },
}

/// What held the node at the moment of a refusal, read in the same step as the refusal itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blockers {
    /// How it was held. A shared call refused by shared holders stood behind a waiting exclusive one.
    pub mode: LockMode,
    /// How many held it: 1 when exclusive.
    pub holders: usize,
    /// The holder, or the one of the shared holders that asked first.
    pub oldest: Holder,
    /// How many others waited, before or behind the refused one.
    pub waiters: usize,
}

impl fmt::Display for Blockers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holder { who, since, held, .. } = &self.oldest;
        match self.mode {
            LockMode::Exclusive => f.write_str("the exclusive call")?,
            LockMode::Shared if self.holders == 1 => f.write_str("the shared call")?,
            LockMode::Shared => write!(f, "{} shared calls, the oldest", self.holders)?,
        }
        let since = Timestamp::try_from(*since).unwrap_or_default();
        let seconds = held.as_secs_f64();
        write!(
            f,
            " {} of request req-{}, since {since:.0} ({seconds:.1} s)",
            who.operation, who.request
        )
    }
}

/// One that holds a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who it is.
    pub who: Who,
    /// Wall-clock time of the grant.
    pub since: SystemTime,
    /// Time since the grant, by the monotonic clock.
    pub held: Duration,
    /// How long it stood in the queue; zero when the node was free.
    pub waited: Duration,
}

/// One that waits for a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiter {
    /// How it wants to hold the node.
    pub mode: LockMode,
    /// Who it is.
    pub who: Who,
    /// Wall-clock time at which it joined the queue.
    pub since: SystemTime,
    /// Time in the queue so far, by the monotonic clock.
    pub waited: Duration,
}

/// The lock of one node as an operator sees it, at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockView {
    /// The node.
    pub node: Uuid,
    /// How it is held.
    pub mode: LockMode,
    /// Those who hold it, in the order they asked. Never empty.
    pub holders: Vec<Holder>,
    /// Those who wait, in the order they will be served.
    pub waiters: Vec<Waiter>,
}

/// Gauges and counters for metrics. Grants without waiting are not counted here: that would cost each of them an
/// atomic shared by all cores, and the dispatcher knows them anyway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Waiters at this moment.
    pub waiters: usize,
    /// Grants to waiters since the start.
    pub granted_after_wait: u64,
    /// Refusals with [`Refused::Locked`] since the start, those without waiting included.
    pub refused_locked: u64,
    /// Refusals with [`Refused::NodeQueueFull`] since the start.
    pub refused_node_queue_full: u64,
    /// Refusals with [`Refused::QueueFull`] since the start.
    pub refused_queue_full: u64,
}

/// Both clocks read together, so that the table can report wall-clock times and read no clock itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) now: Instant,
    wall: SystemTime,
}

impl Clock {
    pub(super) fn read() -> Self {
        Clock::at(Instant::now())
    }

    /// A reading whose monotonic half is given.
    pub(super) fn at(now: Instant) -> Self {
        Clock {
            now,
            wall: SystemTime::now(),
        }
    }

    /// The wall-clock time of `then`, and how long ago it was. An instant later than the reading (the table moved
    /// on meanwhile) counts as now.
    pub(super) fn ago(&self, then: Instant) -> (SystemTime, Duration) {
        let ago = self.now.saturating_duration_since(then);
        (self.wall.checked_sub(ago).unwrap_or(SystemTime::UNIX_EPOCH), ago)
    }
}
