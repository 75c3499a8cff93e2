//! The table as it is made at the start, from nodes that come oldest first and are unlike in uuid and name. One by one
//! each would meet a table that the processor has forgotten; so the indexes are filled at the end, one after the other.

use std::sync::Arc;

use hashbrown::HashTable;
use parking_lot::RwLock;

use super::order::{BLOCK, Order};
use super::{Hasher, Index, Nodes, SHARDS, shard_of};
use crate::node::Node;
use crate::store::NodeSink;

/// The nodes that came so far, or one part of them.
pub(crate) struct Loading {
    order: Order,
    by_id: Shards,
    by_name: Shards,
    hasher: Hasher,
}

/// What each of an index's tables will hold, with its hashes.
type Shards = Vec<Vec<(u64, Arc<Node>)>>;

/// From where to where the places of one part go: there are more than it can have nodes.
const PLACES: u64 = BLOCK << 40;

impl NodeSink for Loading {
    fn take(&mut self, mut node: Node) {
        node.place = self.order.next();
        let id = self.hasher.of_id(&node.id);
        let name = node.name().map(|name| self.hasher.of_name(Some(name)));
        let node = Arc::new(node);
        if let Some(name) = name {
            self.by_name[shard_of(name)].push((name, Arc::clone(&node)));
        }
        self.by_id[shard_of(id)].push((id, Arc::clone(&node)));
        self.order.push(node);
    }
}

impl Loading {
    /// Parts of one table, each to be filled by itself. All nodes of one part are older than those of the next.
    pub(crate) fn parts(count: usize) -> Vec<Self> {
        let hasher = Hasher::default();
        let shards = || vec![Vec::new(); SHARDS];
        let part = |number| Self {
            order: Order::from(number * PLACES),
            by_id: shards(),
            by_name: shards(),
            hasher: hasher.clone(),
        };
        (0..).map(part).take(count).collect()
    }

    /// The table, when all have come.
    pub(crate) fn finish(parts: Vec<Self>) -> Nodes {
        let mut order = Order::default();
        let (mut by_id, mut by_name) = (Vec::new(), Vec::new());
        let mut hasher = Hasher::default();
        for part in parts {
            order.append(part.order);
            by_id.push(part.by_id);
            by_name.push(part.by_name);
            hasher = part.hasher;
        }
        Nodes {
            order: RwLock::new(order),
            by_id: index(by_id, |node| hasher.of_id(&node.id)),
            by_name: index(by_name, |node| hasher.of_name(node.name())),
            hasher,
        }
    }
}

fn index(mut parts: Vec<Shards>, hash: impl Fn(&Arc<Node>) -> u64) -> Index {
    let filled = (0..SHARDS).map(|shard| {
        let parts: Vec<_> = parts.iter_mut().map(|part| std::mem::take(&mut part[shard])).collect();
        let mut table = HashTable::with_capacity(parts.iter().map(Vec::len).sum());
        for (of_node, node) in parts.into_iter().flatten() {
            table.insert_unique(of_node, node, &hash);
        }
        RwLock::new(table)
    });
    Index(filled.collect())
}
