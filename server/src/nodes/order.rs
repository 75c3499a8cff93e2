//! The nodes in the order of their creation: a place is looked up, never counted to, so that a page costs the same at
//! any depth.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::node::Node;

/// How many places stand in one block.
pub(super) const BLOCK: u64 = 512;

/// Nodes by their place. A place is given once; those of deleted nodes stay free.
#[derive(Default)]
pub(super) struct Order {
    next: u64,
    len: usize,
    revision: u64,
    /// The nodes of places `n * BLOCK` and on, sorted; none is empty.
    blocks: BTreeMap<u64, Vec<Arc<Node>>>,
}

impl Order {
    /// One that begins at a place.
    pub(super) fn from(next: u64) -> Self {
        Self {
            next,
            ..Self::default()
        }
    }

    /// Adds all of one that begins where this one ends, or later, at the begin of a block.
    pub(super) fn append(&mut self, mut later: Self) {
        debug_assert!(self.next <= later.next);
        self.next = later.next;
        self.len += later.len;
        self.blocks.append(&mut later.blocks);
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Rises with each change of any node.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// The place of the next node.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Adds the node that was given the next place.
    pub(super) fn push(&mut self, node: Arc<Node>) {
        debug_assert_eq!(node.place, self.next);
        self.next = node.place + 1;
        self.len += 1;
        self.revision += 1;
        self.blocks.entry(node.place / BLOCK).or_default().push(node);
    }

    /// Puts a node in the place that it has.
    pub(super) fn replace(&mut self, node: Arc<Node>) {
        self.revision += 1;
        let Some(block) = self.blocks.get_mut(&(node.place / BLOCK)) else {
            return;
        };
        if let Ok(index) = block.binary_search_by_key(&node.place, |node| node.place) {
            block[index] = node;
        }
    }

    pub(super) fn remove(&mut self, node: &Node) {
        self.revision += 1;
        let number = node.place / BLOCK;
        let Some(block) = self.blocks.get_mut(&number) else {
            return;
        };
        let Ok(index) = block.binary_search_by_key(&node.place, |node| node.place) else {
            return;
        };
        block.remove(index);
        self.len -= 1;
        if block.is_empty() {
            self.blocks.remove(&number);
        } else if block.len() < block.capacity() / 4 {
            block.shrink_to(block.len() * 2);
        }
    }

    /// At most so many nodes, beginning after a place.
    pub(super) fn copy(&self, after: Option<u64>, descending: bool, count: usize) -> Vec<Arc<Node>> {
        let mut nodes = Vec::with_capacity(count.min(self.len));
        if descending {
            let end = after.unwrap_or(self.next);
            for block in self.blocks.range(..=end / BLOCK).rev().map(|(_, block)| block) {
                let before = &block[..block.partition_point(|node| node.place < end)];
                nodes.extend(before.iter().rev().take(count - nodes.len()).cloned());
                if nodes.len() == count {
                    break;
                }
            }
        } else {
            let begin = after.map_or(0, |place| place + 1);
            for block in self.blocks.range(begin / BLOCK..).map(|(_, block)| block) {
                let rest = &block[block.partition_point(|node| node.place < begin)..];
                nodes.extend(rest.iter().take(count - nodes.len()).cloned());
                if nodes.len() == count {
                    break;
                }
            }
        }
        nodes
    }
}
