//! The laws of all tables together, as a check for tests. Those of one table are in `table/invariants.rs`.

use super::*;

impl NodeLocks {
    /// Panics if a law of a table is broken, or if the count of waiters is not that of the queues at one instant.
    pub(crate) fn check(&self) {
        let tables: Vec<_> = self.shards.iter().map(|shard| shard.0.lock()).collect();
        tables.iter().for_each(|table| table.invariants());
        let waiters: usize = tables.iter().map(|table| table.waiters()).sum();
        assert_eq!(self.waiters.load(Relaxed), waiters, "waiters are counted wrong");
        assert!(waiters <= self.limits.waiters_max, "more wait than may");
    }
}
