//! How many calls run on each node where the lock lets them run beside one another: with a shared lock, or without
//! one. A call that is alone on its node is not counted, and a node that is not called takes no place here.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use parking_lot::Mutex;
use uuid::Uuid;

use super::places::Full;

/// So that two calls seldom meet at one mutex.
const SHARDS: usize = 64;

/// The counts, and their bound.
pub(super) struct Beside {
    shards: Box<[Mutex<Counts>]>,
    max: usize,
}

type Counts = HashMap<Uuid, usize, foldhash::fast::RandomState>;

impl Beside {
    pub(super) fn new(max: usize) -> Self {
        Self {
            shards: std::iter::repeat_with(Mutex::default).take(SHARDS).collect(),
            max,
        }
    }

    /// Whether one more could run on this node.
    pub(super) fn has_room(&self, node: Uuid) -> Result<(), Full> {
        let running = self.shard(node).lock().get(&node).copied();
        self.fits(running.unwrap_or(0))
    }

    /// Counts one more.
    pub(super) fn enter(&self, node: Uuid) -> Result<(), Full> {
        let mut shard = self.shard(node).lock();
        match shard.entry(node) {
            Entry::Vacant(none) => {
                none.insert(1);
            }
            Entry::Occupied(mut running) => {
                self.fits(*running.get())?;
                *running.get_mut() += 1;
            }
        }
        Ok(())
    }

    /// Counts one less.
    pub(super) fn leave(&self, node: Uuid) {
        if let Entry::Occupied(mut running) = self.shard(node).lock().entry(node) {
            match running.get() {
                1 => drop(running.remove()),
                _ => *running.get_mut() -= 1,
            }
        }
    }

    fn fits(&self, running: usize) -> Result<(), Full> {
        if running < self.max {
            Ok(())
        } else {
            Err(Full::Node(self.max))
        }
    }

    fn shard(&self, node: Uuid) -> &Mutex<Counts> {
        &self.shards[usize::from(node.as_bytes()[0]) % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_has_its_own_places_and_nothing_is_left_of_a_node_at_rest() {
        let beside = Beside::new(2);
        let [one, other] = [1, 2].map(Uuid::from_u128);
        for _ in 0..2 {
            assert_eq!(beside.has_room(one), Ok(()));
            assert_eq!(beside.enter(one), Ok(()));
        }
        assert_eq!(beside.has_room(one), Err(Full::Node(2)));
        assert_eq!(beside.enter(one), Err(Full::Node(2)));
        assert_eq!(beside.enter(other), Ok(()));
        [one, one, other].into_iter().for_each(|node| beside.leave(node));
        assert!(beside.shards.iter().all(|shard| shard.lock().is_empty()));
        assert_eq!(beside.enter(one), Ok(()));
    }
}
