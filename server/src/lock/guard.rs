//! What a caller owns: a claim on a node, and the guards made of a granted one. The law: a claim lives as long as
//! its ticket is in the table, waiting or holding, and its drop takes the ticket out. That one drop covers return,
//! `?`, panic, a cancelled wait, and a grant that arrives while its waiter is going away.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::NodeLocks;
use super::table::Ticket;
use super::types::Refused;

/// The only holder of a node. Dropping it frees the node.
#[must_use = "dropping the guard frees the node at once"]
#[derive(Debug)]
pub struct ExclusiveGuard(Grant);

impl ExclusiveGuard {
    pub(super) fn new(grant: Grant) -> Self {
        ExclusiveGuard(grant)
    }

    /// The node it holds.
    pub fn node(&self) -> Uuid {
        self.0.claim.node
    }

    /// Whether others held the node in between: what was read of it before asking may be stale.
    pub fn waited(&self) -> bool {
        self.0.wait.is_some()
    }

    /// Time spent in the queue; zero when the node was free.
    pub fn wait(&self) -> Duration {
        self.0.wait.unwrap_or_default()
    }
}

/// One of the shared holders of a node. Dropping the last one frees the node.
#[must_use = "dropping the guard gives its share of the node back at once"]
#[derive(Debug)]
pub struct SharedGuard(Grant);

impl SharedGuard {
    pub(super) fn new(grant: Grant) -> Self {
        SharedGuard(grant)
    }

    /// The node it holds.
    pub fn node(&self) -> Uuid {
        self.0.claim.node
    }

    /// Whether others held the node in between: what was read of it before asking may be stale.
    pub fn waited(&self) -> bool {
        self.0.wait.is_some()
    }

    /// Time spent in the queue; zero when the node was free.
    pub fn wait(&self) -> Duration {
        self.0.wait.unwrap_or_default()
    }
}

/// A claim that holds its node.
#[derive(Debug)]
pub(super) struct Grant {
    claim: Claim,
    /// Absent when the node was free.
    wait: Option<Duration>,
}

/// A ticket in the table.
pub(super) struct Claim {
    locks: Arc<NodeLocks>,
    node: Uuid,
    ticket: Ticket,
    /// False once the ticket has been taken out by a refusal.
    ticketed: bool,
}

impl Claim {
    pub(super) fn new(locks: &Arc<NodeLocks>, node: Uuid, ticket: Ticket) -> Self {
        Claim {
            locks: Arc::clone(locks),
            node,
            ticket,
            ticketed: true,
        }
    }

    /// Waits, without limit, until the claim holds its node. Returns the time in the queue.
    pub(super) async fn granted(&self) -> Duration {
        poll_fn(|context| self.locks.poll_grant(self.node, self.ticket, context)).await
    }

    /// Ends the wait: the claim holds its node already, or it leaves the queue and is told what stood in its way.
    pub(super) fn settle(mut self) -> Result<Grant, Refused> {
        match self.locks.settle(self.node, self.ticket) {
            Ok(wait) => Ok(self.into_grant(Some(wait))),
            Err(refused) => {
                self.ticketed = false;
                Err(refused)
            }
        }
    }

    pub(super) fn into_grant(self, wait: Option<Duration>) -> Grant {
        Grant { claim: self, wait }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.ticketed {
            self.locks.leave(self.node, self.ticket);
        }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("node", &self.node)
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}
