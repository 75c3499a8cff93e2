//! The lock table of one shard: who holds and who waits for which node, as a pure state machine. Every change is
//! one `&mut self` call that leaves the table consistent; time is passed in, and wakers are handed back for the
//! caller to fire or drop after unlocking (dropping one may run code that locks). Nothing here awaits, reads a
//! clock, logs or calls back.
//!
//! The laws, checked by `invariants` after every step of the tests:
//! - tickets ascend in order of arrival, and every holder of a node is older than every waiter: nobody overtakes;
//! - a node is held by one exclusive holder or by shared ones;
//! - the head of a queue could not run beside the holders;
//! - an entry has a holder, so an unlocked node has no entry;
//! - the map gives memory back when less than an eighth of it is used.
//!
//! A ticket stands for its asker from arrival to departure, whether it waits or holds. So leaving is one operation
//! for both, and a grant cannot get lost between the table and a waiter that goes away at that instant.

#[cfg(test)]
mod invariants;
#[cfg(test)]
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::task::Waker;
use std::time::Duration;

use uuid::Uuid;

use super::Instant;
use super::types::{Blockers, Clock, Holder, LockMode, LockView, Waiter, Who};

/// Below this capacity the map is left alone: shrinking would cost more than it frees.
const CAPACITY_KEPT: usize = 28;

/// A place in the order of arrival, unique within a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

/// The locks of the nodes of one shard.
#[derive(Debug)]
pub(super) struct Table {
    nodes: HashMap<Uuid, NodeLock, foldhash::fast::RandomState>,
    next_ticket: u64,
    waiters_per_node_max: usize,
}

/// Where a ticket stands, as told by [`Table::watch`].
#[derive(Debug)]
pub(super) enum Watch {
    /// It holds the node, after waiting this long.
    Granted { waited: Duration },
    /// It waits; the waker it had before is for the caller to drop.
    Waiting { replaced: Option<Waker> },
}

/// What a departure brought about.
#[must_use = "those granted sleep until they are woken"]
#[derive(Debug, Default)]
pub(super) struct Left {
    /// How many tickets ceased to wait: those granted, and the leaver itself if it was a waiter.
    pub(super) unqueued: usize,
    /// How many waiters became holders.
    pub(super) granted: usize,
    /// The leaver, if it was a waiter.
    pub(super) gave_up: Option<Who>,
    /// The wakers of those granted, to fire after unlocking.
    wake: Vec<Waker>,
    /// The waker of a waiter that left, to drop after unlocking.
    forget: Option<Waker>,
}

impl Left {
    /// Wakes those granted. Call it without holding the table.
    pub(super) fn wake(self) {
        drop(self.forget);
        for waker in self.wake {
            waker.wake();
        }
    }
}

impl Table {
    pub(super) fn new(waiters_per_node_max: usize) -> Self {
        Table {
            nodes: HashMap::default(),
            next_ticket: 0,
            waiters_per_node_max,
        }
    }

    /// Takes the node if that is possible at once and passes nobody who waits.
    pub(super) fn enter(&mut self, node: Uuid, mode: LockMode, who: Who, now: Instant) -> Option<Ticket> {
        let ticket = Ticket(self.next_ticket);
        let hold = Hold {
            ticket,
            who,
            since: now,
            waited: Duration::ZERO,
        };
        match self.nodes.entry(node) {
            Entry::Vacant(free) => {
                free.insert(NodeLock {
                    mode,
                    oldest: hold,
                    crowd: None,
                });
            }
            Entry::Occupied(mut held) => {
                let lock = held.get_mut();
                if !lock.admits(mode) || lock.waiters() > 0 {
                    return None;
                }
                lock.crowd.get_or_insert_default().others.insert(ticket, hold);
            }
        }
        self.next_ticket += 1;
        Some(ticket)
    }

    /// Whether the queue of this node may grow.
    pub(super) fn has_room(&self, node: Uuid) -> bool {
        let waiters = self.nodes.get(&node).map_or(0, NodeLock::waiters);
        waiters < self.waiters_per_node_max
    }

    /// Joins the queue of a node that [`Table::enter`] has just refused. `None`: the node is free, so enter it.
    pub(super) fn queue(&mut self, node: Uuid, mode: LockMode, who: Who, now: Instant) -> Option<Ticket> {
        let lock = self.nodes.get_mut(&node)?;
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let wait = Wait {
            mode,
            who,
            since: now,
            waker: None,
        };
        lock.crowd.get_or_insert_default().queue.insert(ticket, wait);
        Some(ticket)
    }

    /// Whether the ticket has been granted; if not, `waker` will be handed out when it is. `None`: no such ticket.
    pub(super) fn watch(&mut self, node: Uuid, ticket: Ticket, waker: Waker) -> Option<Watch> {
        let lock = self.nodes.get_mut(&node)?;
        let waiting = lock.crowd.as_mut().and_then(|crowd| crowd.queue.get_mut(&ticket));
        if let Some(wait) = waiting {
            let replaced = wait.waker.replace(waker);
            return Some(Watch::Waiting { replaced });
        }
        let waited = lock.hold(ticket)?.waited;
        Some(Watch::Granted { waited })
    }

    /// How long a ticket that now holds the node had waited. `None`: it does not hold it.
    pub(super) fn granted(&self, node: Uuid, ticket: Ticket) -> Option<Duration> {
        Some(self.nodes.get(&node)?.hold(ticket)?.waited)
    }

    /// [`Table::leave`] for the only one on its node, which needs no clock. False: it is not alone, and nothing was
    /// done.
    pub(super) fn leave_alone(&mut self, node: Uuid, ticket: Ticket) -> bool {
        let Entry::Occupied(held) = self.nodes.entry(node) else {
            return false;
        };
        let alone = held.get().crowd.is_none() && held.get().oldest.ticket == ticket;
        if alone {
            held.remove();
            self.shrink();
        }
        alone
    }

    /// Ends a ticket, whether it holds or waits, and grants the node to those who can have it now. A ticket that
    /// is unknown changes nothing.
    pub(super) fn leave(&mut self, node: Uuid, ticket: Ticket, now: Instant) -> Left {
        let mut left = Left::default();
        if self.leave_alone(node, ticket) {
            return left;
        }
        let Some(lock) = self.nodes.get_mut(&node) else {
            return left;
        };
        let Some(mut crowd) = lock.crowd.take() else {
            return left;
        };
        if lock.oldest.ticket == ticket {
            // A crowd is never empty, so there is a next holder; the leaver must not stay in either case.
            if let Some((_, next)) = crowd.others.pop_first() {
                lock.oldest = next;
            } else if let Some((next, wait)) = crowd.queue.pop_first() {
                lock.mode = wait.mode;
                lock.oldest = wait.grant(next, now, &mut left);
            }
        } else if crowd.others.remove(&ticket).is_none()
            && let Some(wait) = crowd.queue.remove(&ticket)
        {
            left.unqueued += 1;
            left.gave_up = Some(wait.who);
            left.forget = wait.waker;
        }
        if lock.mode == LockMode::Shared {
            crowd.admit_neighbours(now, &mut left);
        }
        if !crowd.others.is_empty() || !crowd.queue.is_empty() {
            lock.crowd = Some(crowd);
        }
        left
    }

    /// What holds the node; `waiters` counts the whole queue.
    pub(super) fn blockers(&self, node: Uuid, clock: &Clock) -> Option<Blockers> {
        let lock = self.nodes.get(&node)?;
        Some(Blockers {
            mode: lock.mode,
            holders: 1 + lock.crowd.as_ref().map_or(0, |crowd| crowd.others.len()),
            oldest: lock.oldest.view(clock),
            waiters: lock.waiters(),
        })
    }

    pub(super) fn exclusive_holder(&self, node: Uuid) -> Option<Who> {
        let lock = self.nodes.get(&node)?;
        (lock.mode == LockMode::Exclusive).then_some(lock.oldest.who)
    }

    pub(super) fn reserved(&self) -> impl Iterator<Item = Uuid> + '_ {
        let reserved = self.nodes.iter().filter(|(_, lock)| lock.mode == LockMode::Exclusive);
        reserved.map(|(node, _)| *node)
    }

    pub(super) fn view(&self, node: Uuid, clock: &Clock) -> Option<LockView> {
        Some(self.nodes.get(&node)?.view(node, clock))
    }

    pub(super) fn views<'a>(&'a self, clock: &'a Clock) -> impl Iterator<Item = LockView> + 'a {
        self.nodes.iter().map(|(node, lock)| lock.view(*node, clock))
    }

    /// Nodes that are locked.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Nodes that could be locked without a new allocation.
    pub(super) fn capacity(&self) -> usize {
        self.nodes.capacity()
    }

    /// A hash map never shrinks by itself, and a large empty one is slower than a small one. Twice the entries are
    /// kept, so that the next shrinking or growing is far away.
    fn shrink(&mut self) {
        let capacity = self.nodes.capacity();
        if capacity > CAPACITY_KEPT && self.nodes.len() < capacity / 8 {
            self.nodes.shrink_to((2 * self.nodes.len()).max(CAPACITY_KEPT));
        }
    }
}

/// The lock of one node that is held. The oldest holder lies inline and the rest apart, so that a lock nobody else
/// asks for is small and allocates nothing.
#[derive(Debug)]
struct NodeLock {
    mode: LockMode,
    oldest: Hold,
    /// Absent when it would be empty.
    crowd: Option<Box<Crowd>>,
}

/// All but the oldest holder, by ticket: any of them can leave in O(log n).
#[derive(Debug, Default)]
struct Crowd {
    /// Shared holders; none when the node is held exclusively.
    others: BTreeMap<Ticket, Hold>,
    queue: BTreeMap<Ticket, Wait>,
}

#[derive(Debug)]
struct Hold {
    ticket: Ticket,
    who: Who,
    since: Instant,
    waited: Duration,
}

#[derive(Debug)]
struct Wait {
    mode: LockMode,
    who: Who,
    since: Instant,
    /// Absent until the waiter has been polled for the first time.
    waker: Option<Waker>,
}

impl NodeLock {
    /// Whether one more could hold the node beside those who do.
    fn admits(&self, mode: LockMode) -> bool {
        self.mode == LockMode::Shared && mode == LockMode::Shared
    }

    fn waiters(&self) -> usize {
        self.crowd.as_ref().map_or(0, |crowd| crowd.queue.len())
    }

    fn hold(&self, ticket: Ticket) -> Option<&Hold> {
        if self.oldest.ticket == ticket {
            return Some(&self.oldest);
        }
        self.crowd.as_ref()?.others.get(&ticket)
    }

    fn holds(&self) -> impl Iterator<Item = &Hold> {
        let others = self.crowd.iter().flat_map(|crowd| crowd.others.values());
        std::iter::once(&self.oldest).chain(others)
    }

    fn waits(&self) -> impl Iterator<Item = &Wait> {
        self.crowd.iter().flat_map(|crowd| crowd.queue.values())
    }

    fn view(&self, node: Uuid, clock: &Clock) -> LockView {
        LockView {
            node,
            mode: self.mode,
            holders: self.holds().map(|hold| hold.view(clock)).collect(),
            waiters: self.waits().map(|wait| wait.view(clock)).collect(),
        }
    }
}

impl Crowd {
    /// Lets in the readers at the head of the queue of a node held by readers.
    fn admit_neighbours(&mut self, now: Instant, left: &mut Left) {
        while let Some(head) = self.queue.first_entry() {
            if head.get().mode != LockMode::Shared {
                break;
            }
            let (ticket, wait) = head.remove_entry();
            self.others.insert(ticket, wait.grant(ticket, now, left));
        }
    }
}

impl Hold {
    fn view(&self, clock: &Clock) -> Holder {
        let (since, held) = clock.ago(self.since);
        Holder {
            who: self.who,
            since,
            held,
            waited: self.waited,
        }
    }
}

impl Wait {
    fn grant(self, ticket: Ticket, now: Instant, left: &mut Left) -> Hold {
        left.unqueued += 1;
        left.granted += 1;
        left.wake.extend(self.waker);
        Hold {
            ticket,
            who: self.who,
            since: now,
            waited: now.saturating_duration_since(self.since),
        }
    }

    fn view(&self, clock: &Clock) -> Waiter {
        let (since, waited) = clock.ago(self.since);
        Waiter {
            mode: self.mode,
            who: self.who,
            since,
            waited,
        }
    }
}
