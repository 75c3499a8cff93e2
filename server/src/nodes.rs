//! The nodes in memory, from which all reads are served: by uuid, by name, and in the order of their creation
//! for listings. What is here is already on disk; who writes is `context.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;
use parking_lot::RwLock;
use uuid::Uuid;

use crate::node::Node;

/// Readers of different nodes should not meet on one lock word.
const SHARDS: usize = 32;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// All nodes.
pub(crate) struct Nodes {
    by_id: Vec<RwLock<Map<Uuid, Entry>>>,
    by_name: Vec<RwLock<Map<Box<str>, Uuid>>>,
    order: RwLock<Order>,
    hasher: foldhash::fast::RandomState,
}

struct Entry {
    node: Arc<Node>,
    number: u64,
}

/// The nodes by the order of their creation.
#[derive(Default)]
struct Order {
    next: u64,
    ids: BTreeMap<u64, Uuid>,
}

impl Nodes {
    /// Of these nodes, in the order of their creation.
    pub(crate) fn new(nodes: impl IntoIterator<Item = Node>) -> Self {
        let this = Self {
            by_id: std::iter::repeat_with(RwLock::default).take(SHARDS).collect(),
            by_name: std::iter::repeat_with(RwLock::default).take(SHARDS).collect(),
            order: RwLock::default(),
            hasher: foldhash::fast::RandomState::default(),
        };
        for node in nodes {
            this.insert(Arc::new(node));
        }
        this
    }

    /// How many there are.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.order.read().ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The node of this uuid.
    #[must_use]
    pub(crate) fn get(&self, id: &Uuid) -> Option<Arc<Node>> {
        self.shard(id).read().get(id).map(|entry| Arc::clone(&entry.node))
    }

    /// The node of this uuid, in lower case with hyphens, or of this name.
    #[must_use]
    pub(crate) fn find(&self, ident: &str) -> Option<Arc<Node>> {
        match uuid(ident) {
            // A name cannot look like a uuid.
            Some(id) => self.get(&id),
            None => {
                let id = *self.named(ident).read().get(ident)?;
                self.get(&id)
            }
        }
    }

    /// Adds a node that was created.
    pub(crate) fn insert(&self, node: Arc<Node>) {
        let mut order = self.order.write();
        let number = order.next;
        order.next += 1;
        if let Some(name) = &node.fields.name {
            self.named(name).write().insert(name.clone(), node.id);
        }
        let id = node.id;
        self.shard(&id).write().insert(id, Entry { node, number });
        order.ids.insert(number, id);
    }

    /// Puts a node's newer state in the place of the older one. A state that is older than what is here, or
    /// whose node is gone, is not taken: commits may be told in another order than they were made.
    pub(crate) fn replace(&self, node: Arc<Node>) {
        let old = {
            let mut shard = self.shard(&node.id).write();
            let Some(entry) = shard.get_mut(&node.id) else { return };
            if entry.node.revision >= node.revision {
                return;
            }
            std::mem::replace(&mut entry.node, Arc::clone(&node))
        };
        if old.fields.name != node.fields.name {
            if let Some(name) = &node.fields.name {
                self.named(name).write().insert(name.clone(), node.id);
            }
            if let Some(name) = &old.fields.name {
                self.forget_name(name, node.id);
            }
        }
    }

    /// Takes away a node that was deleted.
    pub(crate) fn remove(&self, id: &Uuid) {
        let mut order = self.order.write();
        let Some(entry) = self.shard(id).write().remove(id) else {
            return;
        };
        order.ids.remove(&entry.number);
        if let Some(name) = &entry.node.fields.name {
            self.forget_name(name, *id);
        }
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
        let after = match after {
            Some(id) => Some(self.numbered(id)?.0),
            None => None,
        };
        let order = self.order.read();
        let node = |(_, id): (&u64, &Uuid)| self.get(id).filter(|node| pass(node));
        Some(if descending {
            order
                .ids
                .range(..after.unwrap_or(u64::MAX))
                .rev()
                .filter_map(node)
                .take(limit)
                .collect()
        } else {
            order
                .ids
                .range(after.map_or(0, |number| number + 1)..)
                .filter_map(node)
                .take(limit)
                .collect()
        })
    }

    /// All nodes that pass, each with its place in the order of creation.
    pub(crate) fn all(&self, pass: impl Fn(&Node) -> bool) -> Vec<(u64, Arc<Node>)> {
        let order = self.order.read();
        order
            .ids
            .values()
            .filter_map(|id| self.numbered(id))
            .filter(|(_, node)| pass(node))
            .collect()
    }

    /// A node with its place in the order of creation.
    pub(crate) fn numbered(&self, id: &Uuid) -> Option<(u64, Arc<Node>)> {
        self.shard(id)
            .read()
            .get(id)
            .map(|entry| (entry.number, Arc::clone(&entry.node)))
    }

    fn forget_name(&self, name: &str, id: Uuid) {
        let mut names = self.named(name).write();
        // Another node may have taken the name meanwhile.
        if names.get(name) == Some(&id) {
            names.remove(name);
        }
    }

    fn shard(&self, id: &Uuid) -> &RwLock<Map<Uuid, Entry>> {
        &self.by_id[usize::from(id.as_bytes()[0]) % SHARDS]
    }

    fn named(&self, name: &str) -> &RwLock<Map<Box<str>, Uuid>> {
        let hash = std::hash::BuildHasher::hash_one(&self.hasher, name);
        &self.by_name[usize::try_from(hash % SHARDS as u64).unwrap_or(0)]
    }
}

/// A uuid in the one form that addresses a node: lower case, with hyphens.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    if text.len() != 36 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    Uuid::try_parse(text).ok()
}
