//! The reader-writer lock of each node, in async form. An exclusive holder is alone on its node, shared holders are
//! together; who comes first is served first, and no reader passes a waiting writer. What is *not* here: which
//! lock a method needs (its node parameter's type says), statuses and texts of a refusal (`http/fault.rs`), and
//! locks shared by several servers.
//!
//! `table.rs` decides, `guard.rs` is what callers own, `types.rs` is what they say and hear. This file puts tables
//! behind mutexes and adds the deadline, the only use of a timer. `tests/schedules` compiles these files with a
//! mutex and a timer of its own, and tries them in thousands of orders of steps. The laws:
//! - the key is the node's uuid, resolved before asking: a name can move to another node;
//! - a mutex is held for one step of a table, never across an await, and wakers fire after it is released;
//! - no upgrade and no re-entry: a task that asks again for a node it holds waits until its deadline;
//! - a waiter that has been granted holds its node even if nobody polls it, so poll an acquiring future in a task
//!   of its own, or drop it.

mod guard;
#[cfg(test)]
mod invariants;
mod table;
#[cfg(test)]
mod tests;
mod types;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

pub use self::guard::{ExclusiveGuard, SharedGuard};
pub use self::types::{Blockers, Counters, Holder, Limits, LockMode, LockView, Refused, Waiter, Who};

use self::guard::{Claim, Grant};
use self::table::{Table, Ticket, Watch};
use self::types::Clock;

/// More than the cores of any server, so that two calls seldom meet at one mutex. A power of two.
const SHARDS: usize = 64;

/// The locks of all nodes of this server. A node that is not locked costs nothing.
pub struct NodeLocks {
    shards: Box<[Shard]>,
    limits: Limits,
    /// Changed only under the mutex of the shard whose queue changes, so it is exact when all are held.
    waiters: AtomicUsize,
    granted_after_wait: AtomicU64,
    refused_locked: AtomicU64,
    refused_node_queue_full: AtomicU64,
    refused_queue_full: AtomicU64,
}

/// Aligned to a cache line: neighbours would slow each other down.
#[repr(align(64))]
struct Shard(Mutex<Table>);

impl NodeLocks {
    /// No node is locked.
    pub fn new(limits: Limits) -> Arc<Self> {
        let shard = |_| Shard(Mutex::new(Table::new(limits.waiters_per_node_max)));
        Arc::new(NodeLocks {
            shards: (0..SHARDS).map(shard).collect(),
            limits,
            waiters: AtomicUsize::new(0),
            granted_after_wait: AtomicU64::new(0),
            refused_locked: AtomicU64::new(0),
            refused_node_queue_full: AtomicU64::new(0),
            refused_queue_full: AtomicU64::new(0),
        })
    }

    /// Locks the node for one holder, waiting in line until `deadline`. With a deadline that has passed it tries
    /// once. Dropping the future leaves the line; a grant that comes at that instant goes to the next.
    pub async fn exclusive(
        self: &Arc<Self>,
        node: Uuid,
        who: Who,
        deadline: Instant,
    ) -> Result<ExclusiveGuard, Refused> {
        if let Some(grant) = self.enter(node, LockMode::Exclusive, who, who.arrived) {
            return Ok(ExclusiveGuard::new(grant));
        }
        // Boxed, so that the many calls that find their node free do not carry a timer about.
        let grant = Box::pin(self.acquire(node, LockMode::Exclusive, who, deadline)).await?;
        Ok(ExclusiveGuard::new(grant))
    }

    /// Locks the node beside other shared holders; for the rest as [`NodeLocks::exclusive`].
    pub async fn shared(self: &Arc<Self>, node: Uuid, who: Who, deadline: Instant) -> Result<SharedGuard, Refused> {
        if let Some(grant) = self.enter(node, LockMode::Shared, who, who.arrived) {
            return Ok(SharedGuard::new(grant));
        }
        let grant = Box::pin(self.acquire(node, LockMode::Shared, who, deadline)).await?;
        Ok(SharedGuard::new(grant))
    }

    /// Locks the node for one holder if it is free. Never waits, needs no runtime; refuses only with
    /// [`Refused::Locked`].
    pub fn try_exclusive(self: &Arc<Self>, node: Uuid, who: Who) -> Result<ExclusiveGuard, Refused> {
        let grant = self.try_acquire(node, LockMode::Exclusive, who)?;
        Ok(ExclusiveGuard::new(grant))
    }

    /// Locks the node beside other shared holders if nobody else holds it or waits for it; for the rest as
    /// [`NodeLocks::try_exclusive`].
    pub fn try_shared(self: &Arc<Self>, node: Uuid, who: Who) -> Result<SharedGuard, Refused> {
        let grant = self.try_acquire(node, LockMode::Shared, who)?;
        Ok(SharedGuard::new(grant))
    }

    /// Whether an exclusive call holds the node.
    pub fn is_reserved(&self, node: Uuid) -> bool {
        self.exclusive_holder(node).is_some()
    }

    /// The exclusive call that holds the node.
    pub fn exclusive_holder(&self, node: Uuid) -> Option<Who> {
        self.shard(node).lock().exclusive_holder(node)
    }

    /// All nodes that an exclusive call holds, in no order. Shards are read one after the other.
    pub fn reserved(&self) -> Vec<Uuid> {
        let mut nodes = Vec::new();
        for shard in &self.shards {
            nodes.extend(shard.0.lock().reserved());
        }
        nodes
    }

    /// Who holds the node and who waits for it. `None`: it is not locked.
    pub fn view(&self, node: Uuid) -> Option<LockView> {
        let clock = Clock::read();
        self.shard(node).lock().view(node, &clock)
    }

    /// All locked nodes, in no order. Shards are read one after the other, so two nodes may be seen at different
    /// instants.
    pub fn views(&self) -> Vec<LockView> {
        let clock = Clock::read();
        let mut views = Vec::new();
        for shard in &self.shards {
            views.extend(shard.0.lock().views(&clock));
        }
        views
    }

    /// Gauges and counters for metrics.
    pub fn counters(&self) -> Counters {
        Counters {
            waiters: self.waiters.load(Relaxed),
            granted_after_wait: self.granted_after_wait.load(Relaxed),
            refused_locked: self.refused_locked.load(Relaxed),
            refused_node_queue_full: self.refused_node_queue_full.load(Relaxed),
            refused_queue_full: self.refused_queue_full.load(Relaxed),
        }
    }

    /// How many nodes are locked.
    pub fn entries(&self) -> usize {
        self.shards.iter().map(|shard| shard.0.lock().len()).sum()
    }

    /// How many locked nodes the tables have memory for.
    pub fn capacity(&self) -> usize {
        self.shards.iter().map(|shard| shard.0.lock().capacity()).sum()
    }

    async fn acquire(
        self: &Arc<Self>,
        node: Uuid,
        mode: LockMode,
        who: Who,
        deadline: Instant,
    ) -> Result<Grant, Refused> {
        let clock = Clock::read();
        if deadline <= clock.now {
            return self.enter_or_refuse(node, mode, who, &clock);
        }
        match self.enter_or_queue(node, mode, who, clock.now)? {
            Admission::Entered(grant) => Ok(grant),
            Admission::Queued(claim) => {
                self.log(node, &who, "a call queues for its node");
                match tokio::time::timeout_at(deadline, claim.granted()).await {
                    Ok(wait) => Ok(claim.into_grant(Some(wait))),
                    Err(_elapsed) => claim.settle(),
                }
            }
        }
    }

    fn try_acquire(self: &Arc<Self>, node: Uuid, mode: LockMode, who: Who) -> Result<Grant, Refused> {
        match self.enter(node, mode, who, who.arrived) {
            Some(grant) => Ok(grant),
            None => self.enter_or_refuse(node, mode, who, &Clock::read()),
        }
    }

    /// The path of nearly every call: one step of the table, no clock, no allocation.
    fn enter(self: &Arc<Self>, node: Uuid, mode: LockMode, who: Who, now: Instant) -> Option<Grant> {
        let ticket = self.shard(node).lock().enter(node, mode, who, now)?;
        Some(Claim::new(self, node, ticket).into_grant(None))
    }

    /// Tries again under the mutex under which the refusal is written, so that the refusal is true.
    fn enter_or_refuse(
        self: &Arc<Self>,
        node: Uuid,
        mode: LockMode,
        who: Who,
        clock: &Clock,
    ) -> Result<Grant, Refused> {
        let mut table = self.shard(node).lock();
        let entered = table.enter(node, mode, who, clock.now);
        let blockers = table.blockers(node, clock);
        drop(table);
        match (entered, blockers) {
            (Some(ticket), _) => Ok(Claim::new(self, node, ticket).into_grant(None)),
            (None, blockers) => Err(self.refuse_locked(blockers)),
        }
    }

    fn enter_or_queue(
        self: &Arc<Self>,
        node: Uuid,
        mode: LockMode,
        who: Who,
        now: Instant,
    ) -> Result<Admission, Refused> {
        let mut table = self.shard(node).lock();
        if let Some(ticket) = table.enter(node, mode, who, now) {
            drop(table);
            let claim = Claim::new(self, node, ticket);
            return Ok(Admission::Entered(claim.into_grant(None)));
        }
        if !table.has_room(node) {
            self.refused_node_queue_full.fetch_add(1, Relaxed);
            let limit = self.limits.waiters_per_node_max;
            return Err(Refused::NodeQueueFull { limit });
        }
        let limit = self.limits.waiters_max;
        let one_more = |waiters| (waiters < limit).then_some(waiters + 1);
        if self.waiters.fetch_update(Relaxed, Relaxed, one_more).is_err() {
            self.refused_queue_full.fetch_add(1, Relaxed);
            return Err(Refused::QueueFull { limit });
        }
        let ticket = table
            .queue(node, mode, who, now)
            .expect("a node that could not be entered under this mutex is held");
        drop(table);
        Ok(Admission::Queued(Claim::new(self, node, ticket)))
    }

    /// The waker is cloned before locking and the one it replaces dropped after: both may run foreign code.
    fn poll_grant(&self, node: Uuid, ticket: Ticket, context: &Context<'_>) -> Poll<Duration> {
        let waker = context.waker().clone();
        let watch = self.shard(node).lock().watch(node, ticket, waker);
        match watch.expect("a ticket is in the table as long as its claim lives") {
            Watch::Granted { waited } => Poll::Ready(waited),
            Watch::Waiting { replaced } => {
                drop(replaced);
                Poll::Pending
            }
        }
    }

    /// At the deadline: the wait if the ticket has been granted, else it is taken out of the queue.
    fn settle(&self, node: Uuid, ticket: Ticket) -> Result<Duration, Refused> {
        let clock = Clock::read();
        let mut table = self.shard(node).lock();
        if let Some(waited) = table.granted(node, ticket) {
            return Ok(waited);
        }
        let left = table.leave(node, ticket, clock.now);
        let blockers = table.blockers(node, &clock);
        self.count(&left);
        drop(table);
        left.wake();
        Err(self.refuse_locked(blockers))
    }

    fn leave(&self, node: Uuid, ticket: Ticket) {
        let mut table = self.shard(node).lock();
        if table.leave_alone(node, ticket) {
            return;
        }
        let left = table.leave(node, ticket, Instant::now());
        self.count(&left);
        drop(table);
        let gave_up = left.gave_up;
        left.wake();
        if let Some(who) = gave_up {
            self.log(node, &who, "a call left the queue of its node");
        }
    }

    /// For who watches a queue. Of a call whose client left this is the only trace: it is never answered. To be called
    /// without a mutex.
    fn log(&self, node: Uuid, who: &Who, what: &'static str) {
        tracing::debug!(
            %node, request_id = format_args!("req-{}", who.request), operation = who.operation,
            waiters = self.counters().waiters, locked = self.entries(), "{what}"
        );
    }

    /// Call it under the mutex of the shard.
    fn count(&self, left: &table::Left) {
        self.waiters.fetch_sub(left.unqueued, Relaxed);
        self.granted_after_wait.fetch_add(left.granted as u64, Relaxed);
    }

    fn refuse_locked(&self, blockers: Option<Blockers>) -> Refused {
        self.refused_locked.fetch_add(1, Relaxed);
        let blockers = blockers.expect("what refuses an asker holds the node");
        Refused::Locked(Box::new(blockers))
    }

    /// Spread by a multiplication of our own: operators also make uuids that differ in the last digits only.
    fn shard(&self, node: Uuid) -> &Mutex<Table> {
        let (high, low) = node.as_u64_pair();
        let mixed = (high ^ low).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        &self.shards[(mixed >> (64 - SHARDS.trailing_zeros())) as usize].0
    }
}

impl fmt::Debug for NodeLocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeLocks")
            .field("limits", &self.limits)
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

/// What came of asking with time to wait.
enum Admission {
    Entered(Grant),
    Queued(Claim),
}
