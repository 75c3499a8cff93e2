//! The laws of the table as a check that tests run after every step.

use super::*;

impl Table {
    /// Panics, naming the node, if a law of the table is broken.
    pub(crate) fn invariants(&self) {
        for (node, lock) in &self.nodes {
            let tickets: Vec<Ticket> = self
                .tickets_held(*node)
                .into_iter()
                .chain(self.tickets_queued(*node))
                .collect();
            assert!(
                tickets.is_sorted_by(|a, b| a < b),
                "{node}: tickets ascend, holders before waiters: {tickets:?}"
            );
            assert!(
                tickets.iter().all(|ticket| ticket.0 < self.next_ticket),
                "{node}: a ticket was never issued"
            );
            assert!(
                lock.mode == LockMode::Shared || lock.holds().count() == 1,
                "{node}: an exclusive holder is not alone"
            );
            assert!(
                lock.crowd
                    .iter()
                    .flat_map(|crowd| &crowd.others)
                    .all(|(ticket, hold)| *ticket == hold.ticket),
                "{node}: a hold lies under the ticket of another"
            );
            assert!(
                lock.crowd.is_none() || lock.holds().count() + lock.waiters() > 1,
                "{node}: an empty crowd"
            );
            let head = lock.waits().next().map(|wait| wait.mode);
            assert!(
                head.is_none_or(|mode| lock.mode == LockMode::Exclusive || mode == LockMode::Exclusive),
                "{node}: the head of the queue could run"
            );
            assert!(
                lock.waiters() <= self.waiters_per_node_max,
                "{node}: the queue is over its bound"
            );
        }
        let (len, capacity) = (self.len(), self.capacity());
        assert!(
            capacity <= CAPACITY_KEPT || len >= capacity / 8,
            "{capacity} slots for {len} entries"
        );
    }

    /// All waiters of the table, counted one by one.
    pub(crate) fn waiters(&self) -> usize {
        self.nodes.values().map(NodeLock::waiters).sum()
    }

    /// The tickets that hold the node, in order.
    pub(crate) fn tickets_held(&self, node: Uuid) -> Vec<Ticket> {
        let lock = self.nodes.get(&node);
        lock.map_or_else(Vec::new, |lock| lock.holds().map(|hold| hold.ticket).collect())
    }

    /// The tickets that wait for the node, in order.
    pub(crate) fn tickets_queued(&self, node: Uuid) -> Vec<Ticket> {
        let lock = self.nodes.get(&node);
        lock.map_or_else(Vec::new, |lock| {
            lock.crowd
                .iter()
                .flat_map(|crowd| crowd.queue.keys().copied())
                .collect()
        })
    }
}
