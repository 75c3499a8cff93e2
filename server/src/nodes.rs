//! The nodes in memory, from which all reads are served: by uuid, by name, and in the order of their creation
//! for listings. What is here is already on disk; who writes is `context.rs`.
//!
//! All three indexes hold the nodes themselves and no copy of what they are found by. Who changes them takes the locks
//! in one order: the order of creation, then the uuids, then the names. Who reads holds one of them at a time, and none
//! while it looks at a node.

mod loading;
mod order;
#[cfg(test)]
mod tests;

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use parking_lot::{RwLock, RwLockWriteGuard};
use uuid::Uuid;

pub(crate) use self::loading::Loading;
use self::order::Order;
use crate::node::Node;

/// Readers of different nodes should not meet on one lock word.
const SHARDS: usize = 32;
/// How many nodes are copied out of the order at a time, at most.
const BATCH_MAX: usize = 1024;

/// All nodes.
pub(crate) struct Nodes {
    order: RwLock<Order>,
    by_id: Index,
    by_name: Index,
    hasher: Hasher,
}

type Table = HashTable<Arc<Node>>;

/// Tables by hash, which is that of what a node is found by.
struct Index(Vec<RwLock<Table>>);

/// Which of the tables has what is of this hash. The tables themselves use the bits at both ends.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

impl Index {
    fn shard(&self, hash: u64) -> &RwLock<Table> {
        &self.0[shard_of(hash)]
    }
}

impl Nodes {
    /// How many there are.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.order.read().len()
    }

    /// Rises with each change of any node, and is another one before anybody is told of the change. What was made of
    /// nodes that were looked at after it was read holds for as long as it stays.
    #[must_use]
    pub(crate) fn revision(&self) -> u64 {
        self.order.read().revision()
    }

    /// Whether there is none.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node of this uuid.
    #[must_use]
    pub(crate) fn get(&self, id: &Uuid) -> Option<Arc<Node>> {
        let hash = self.hasher.of_id(id);
        let shard = self.by_id.shard(hash).read();
        shard.find(hash, |node| node.id == *id).map(Arc::clone)
    }

    /// The node of this uuid, in lower case with hyphens, or of this name.
    #[must_use]
    pub(crate) fn find(&self, ident: &str) -> Option<Arc<Node>> {
        // A name cannot look like a uuid.
        if let Some(id) = uuid(ident) {
            return self.get(&id);
        }
        let name = Some(ident);
        let hash = self.hasher.of_name(name);
        let shard = self.by_name.shard(hash).read();
        shard.find(hash, |node| node.name() == name).map(Arc::clone)
    }

    /// Adds a node that was created.
    pub(crate) fn insert(&self, mut node: Node) -> Arc<Node> {
        let mut order = self.order.write();
        node.place = order.next();
        let node = Arc::new(node);
        let hash = self.hasher.of_id(&node.id);
        let by_id = &mut self.by_id.shard(hash).write();
        by_id.insert_unique(hash, Arc::clone(&node), |node| self.hasher.of_id(&node.id));
        self.take_name(&node);
        order.push(Arc::clone(&node));
        node
    }

    /// Puts a node's newer state in the place of the older one. A state that is older than what is here, or
    /// whose node is gone, is not taken: commits may be told in another order than they were made.
    pub(crate) fn replace(&self, mut node: Node) -> Arc<Node> {
        let mut order = self.order.write();
        let hash = self.hasher.of_id(&node.id);
        let mut by_id = self.by_id.shard(hash).write();
        let id = node.id;
        let kept = match by_id.find_mut(hash, |kept| kept.id == id) {
            Some(kept) if kept.revision < node.revision => kept,
            _ => return Arc::new(node),
        };
        node.place = kept.place;
        let node = Arc::new(node);
        let old = std::mem::replace(kept, Arc::clone(&node));
        if old.name() == node.name() {
            if let Some(mut shard) = self.names_of(&old)
                && let Some(named) = shard.find_mut(self.hasher.of_name(old.name()), |named| Arc::ptr_eq(named, &old))
            {
                *named = Arc::clone(&node);
            }
        } else {
            self.take_name(&node);
            self.forget_name(&old);
        }
        order.replace(Arc::clone(&node));
        node
    }

    /// Takes away a node that was deleted.
    pub(crate) fn remove(&self, id: &Uuid) {
        let mut order = self.order.write();
        let hash = self.hasher.of_id(id);
        let mut by_id = self.by_id.shard(hash).write();
        let Ok(entry) = by_id.find_entry(hash, |node| node.id == *id) else {
            return;
        };
        let (node, _) = entry.remove();
        self.forget_name(&node);
        order.remove(&node);
    }

    /// At most `limit` nodes that pass, in the order of their creation or against it, beginning after a node.
    /// `None` if that node is not there.
    pub(crate) fn page(
        &self,
        after: Option<&Uuid>,
        descending: bool,
        limit: usize,
        pass: impl Fn(&Node) -> bool,
    ) -> Option<Vec<Arc<Node>>> {
        let mut after = match after {
            Some(id) => Some(self.get(id)?.place),
            None => None,
        };
        let mut found = Vec::new();
        // Where all pass, one look is enough; where few do, each is a longer one.
        let mut batch = limit.min(BATCH_MAX);
        while found.len() < limit {
            let looked_at = self.order.read().copy(after, descending, batch);
            let Some(last) = looked_at.last() else { break };
            after = Some(last.place);
            let rest = limit - found.len();
            found.extend(looked_at.into_iter().filter(|node| pass(node)).take(rest));
            batch = (batch * 2).clamp(1, BATCH_MAX);
        }
        Some(found)
    }

    /// All nodes that pass, in the order of their creation.
    pub(crate) fn all(&self, pass: impl Fn(&Node) -> bool) -> Vec<Arc<Node>> {
        self.page(None, false, usize::MAX, pass).unwrap_or_default()
    }

    fn take_name(&self, node: &Arc<Node>) {
        if let Some(mut shard) = self.names_of(node) {
            let name = node.name();
            let entry = shard.entry(
                self.hasher.of_name(name),
                |named| named.name() == name,
                |named| self.hasher.of_name(named.name()),
            );
            match entry {
                // One who has given it up on disk, and will here.
                Entry::Occupied(mut entry) => *entry.get_mut() = Arc::clone(node),
                Entry::Vacant(entry) => drop(entry.insert(Arc::clone(node))),
            }
        }
    }

    /// Another node may have taken the name meanwhile.
    fn forget_name(&self, node: &Arc<Node>) {
        if let Some(mut shard) = self.names_of(node)
            && let Ok(entry) = shard.find_entry(self.hasher.of_name(node.name()), |named| Arc::ptr_eq(named, node))
        {
            entry.remove();
        }
    }

    /// Where the node's name is looked for, if it has one.
    fn names_of(&self, node: &Node) -> Option<RwLockWriteGuard<'_, Table>> {
        let name = node.name();
        name.is_some()
            .then(|| self.by_name.shard(self.hasher.of_name(name)).write())
    }
}

/// The hashes of what a node is found by.
#[derive(Clone, Default)]
struct Hasher(foldhash::fast::RandomState);

impl Hasher {
    fn of_id(&self, id: &Uuid) -> u64 {
        self.0.hash_one(id.as_u128())
    }

    fn of_name(&self, name: Option<&str>) -> u64 {
        self.0.hash_one(name.unwrap_or_default())
    }
}

/// A uuid in the one form that addresses a node: lower case, with hyphens.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    if text.len() != 36 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    Uuid::try_parse(text).ok()
}
