//! What all requests share: configuration, drivers, nodes, locks, store. A node is changed here and nowhere
//! else: on disk first, then in memory.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::lock::NodeLocks;
use crate::node::Node;
use crate::nodes::Nodes;
use crate::signal::Signal;
use crate::store::{Store, StoreError};
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
    /// The bound on running calls.
    pub(crate) workers: Arc<Workers>,
    /// When this server started.
    pub(crate) started_at: Timestamp,
    /// Raised when no new call may begin.
    pub(crate) stopping: Signal,
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

    /// Changes a node. The change is applied again where another one came first, so it must not depend on
    /// anything but the node it is given.
    ///
    /// # Errors
    /// If the node is gone, a new name is taken, or the store cannot write.
    pub(crate) async fn node_change(&self, id: Uuid, change: impl Fn(&mut Node)) -> Result<Arc<Node>, StoreError> {
        loop {
            let seen = self.nodes.get(&id).ok_or(StoreError::NotFound { what: "node", id })?;
            match self.store.node_update(changed(&seen, &change)).await {
                Ok(node) => {
                    let node = Arc::new(node);
                    self.nodes.replace(Arc::clone(&node));
                    return Ok(node);
                }
                // Only what needs no lock writes beside another: the end of a task. Its memory follows at once.
                Err(StoreError::MovedRevision { .. }) => tokio::task::yield_now().await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Deletes a node.
    ///
    /// # Errors
    /// If the node is gone, or the store cannot write.
    pub(crate) async fn node_delete(&self, id: Uuid) -> Result<(), StoreError> {
        self.store.node_delete(id).await?;
        self.nodes.remove(&id);
        Ok(())
    }
}

/// A node's next state, to be stored on top of the one it was made from.
pub(crate) fn changed(seen: &Node, change: impl Fn(&mut Node)) -> Node {
    let mut node = seen.clone();
    change(&mut node);
    node.updated_at = Some(Timestamp::now());
    node
}
