//! What all requests share: configuration, drivers, nodes, locks, store. A node is changed here and nowhere
//! else: on disk first, then in memory.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::health::Health;
use crate::lock::NodeLocks;
use crate::node::Node;
use crate::nodes::Nodes;
use crate::signal::Signal;
use crate::store::{NodeChange, NodeStamp, Store, StoreError, TaskEnd};
use crate::tasks::prune::Pruning;
use crate::worker::Workers;

/// One server's state.
pub(crate) struct Context {
    /// The configuration in force.
    pub(crate) config: Config,
    /// This server's name, as clients see it: the conductor.
    pub(crate) host: Arc<str>,
    /// The enabled drivers.
    pub(crate) catalogue: Catalogue,
    /// The nodes in memory.
    pub(crate) nodes: Nodes,
    /// Who works on which node.
    pub(crate) locks: Arc<NodeLocks>,
    /// What is on disk.
    pub(crate) store: Arc<dyn Store>,
    /// Writes of nodes that are under way.
    pub(crate) writes: Writes,
    /// When ended tasks are to be looked through.
    pub(crate) pruning: Pruning,
    /// The bound on running calls.
    pub(crate) workers: Arc<Workers>,
    /// When this server started.
    pub(crate) started_at: Timestamp,
    /// Raised when no new call may begin.
    pub(crate) stopping: Arc<Signal>,
    /// What is known of the store's health.
    pub(crate) health: Health,
}

impl Context {
    /// Adds a node.
    ///
    /// # Errors
    /// If its name or uuid is taken, or the store cannot write.
    pub(crate) async fn node_create(&self, node: Node) -> Result<Arc<Node>, StoreError> {
        let node = Arc::new(self.store.node_create(node).await?);
        self.nodes.insert(Arc::clone(&node));
        Ok(node)
    }

    /// Changes a node.
    ///
    /// # Errors
    /// If the node is gone, a new name is taken, or the store cannot write.
    pub(crate) async fn node_change(&self, id: Uuid, change: impl FnOnce(&mut Node)) -> Result<Arc<Node>, StoreError> {
        let _writing = self.writing(id).await;
        let seen = self.nodes.get(&id).ok_or(StoreError::NotFound { what: "node", id })?;
        let node = Arc::new(self.store.node_update(changed(&seen, change)).await?);
        self.nodes.replace(Arc::clone(&node));
        Ok(node)
    }

    /// Deletes a node.
    ///
    /// # Errors
    /// If the node is gone, or the store cannot write.
    pub(crate) async fn node_delete(&self, id: Uuid) -> Result<(), StoreError> {
        let _writing = self.writing(id).await;
        self.store.node_delete(id).await?;
        self.nodes.remove(&id);
        Ok(())
    }

    /// Ends a task, and changes its node with it if the node is still there.
    ///
    /// # Errors
    /// If the task has ended already, or the store cannot write.
    pub(crate) async fn task_finish(
        &self,
        task: Uuid,
        end: TaskEnd,
        node: Option<Uuid>,
        change: Option<impl FnOnce(&mut Node)>,
    ) -> Result<(), StoreError> {
        let (Some(id), Some(change)) = (node, change) else {
            return self.store.task_finish(task, end, NodeChange::None).await.map(drop);
        };
        let _writing = self.writing(id).await;
        let Some(seen) = self.nodes.get(&id) else {
            return self.store.task_finish(task, end, NodeChange::None).await.map(drop);
        };
        let node = changed(&seen, change);
        let kept = self
            .store
            .task_finish(task, end, NodeChange::Record(Box::new(node.clone())))
            .await?;
        if let Some(NodeStamp { revision, updated_at }) = kept {
            self.nodes.replace(Arc::new(Node {
                revision,
                updated_at,
                ..node
            }));
        }
        Ok(())
    }

    /// Taken around each write of a node and its taking over into memory: so the one cannot pass another's other.
    /// This is no lock on the node: that is held for much longer, and the end of a task may need none.
    async fn writing(&self, id: Uuid) -> MutexGuard<'_, ()> {
        let [first, second, ..] = *id.as_bytes();
        self.writes.0[usize::from(u16::from_le_bytes([first, second])) % WRITES]
            .lock()
            .await
    }
}

/// How many nodes can be written at a time. Two that share a place wait for one another for one commit.
const WRITES: usize = 1024;

/// A place for each node that is being written.
pub(crate) struct Writes(Vec<Mutex<()>>);

impl Default for Writes {
    fn default() -> Self {
        Self(std::iter::repeat_with(Mutex::default).take(WRITES).collect())
    }
}

/// A node's next state, to be stored on top of the one it was made from.
fn changed(seen: &Node, change: impl FnOnce(&mut Node)) -> Node {
    let mut node = seen.clone();
    change(&mut node);
    node.updated_at = Some(Timestamp::now());
    node
}
