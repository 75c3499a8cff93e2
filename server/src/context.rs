//! What all requests share: configuration, drivers, nodes, locks, store. A node is changed here and nowhere
//! else: on disk first, then in memory.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use bessemer::host::NodeFields;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use uuid::Uuid;

use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::health::Health;
use crate::http::{Explorer, Fixed, Ready};
use crate::lock::NodeLocks;
use crate::metrics::Metrics;
use crate::node::Node;
use crate::nodes::Nodes;
use crate::openapi;
use crate::signal::Signal;
use crate::store::{NodeChange, NodeRow, NodeStamp, Store, StoreError, TaskEnd};
use crate::tasks::live::Live;
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
    /// See [`Context::openapi`].
    pub(crate) openapi: OnceLock<Fixed>,
    /// The page that shows it.
    pub(crate) explorer: Explorer,
    /// The nodes in memory.
    pub(crate) nodes: Nodes,
    /// What was shown of them and still holds.
    pub(crate) ready: Ready,
    /// Who works on which node.
    pub(crate) locks: Arc<NodeLocks>,
    /// What is on disk.
    pub(crate) store: Arc<dyn Store>,
    /// Writes of nodes that are under way.
    pub(crate) writes: Writes,
    /// The tasks that run.
    pub(crate) live: Live,
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
    /// What is counted, but for what methods and the store count for themselves.
    pub(crate) metrics: Metrics,
}

impl Context {
    /// What the API is, as OpenAPI says it.
    pub(crate) fn openapi(&self) -> &Fixed {
        self.openapi
            .get_or_init(|| Fixed::new(openapi::of(&self.catalogue, &self.config), "application/json"))
    }

    /// Renders what is the same for as long as the server runs. To be done beside the first requests: a binary with
    /// thousands of methods would else listen a second later, or let its first client wait so long.
    pub(crate) fn render(&self) {
        for driver in self.catalogue.distinct() {
            let _ = (driver.node_listing(), driver.driver_listing());
        }
        self.openapi();
    }

    /// Adds a node.
    ///
    /// # Errors
    /// If there are as many as may be, if it is too large, if its name or uuid is taken, or the store cannot write.
    pub(crate) async fn node_create(&self, node: NodeRow) -> Result<Arc<Node>, StoreError> {
        let max = self.config.conductor.nodes_max;
        // Those that are created at this moment are not counted.
        if self.nodes.len() >= max {
            return Err(StoreError::TooManyNodes { max });
        }
        self.is_small_enough(&node.fields)?;
        let kept = self.store.node_create(node).await?;
        Ok(self.nodes.insert(Node::from(&kept)))
    }

    /// Changes a node.
    ///
    /// # Errors
    /// If the node is gone, it became too large, a new name is taken, or the store cannot write.
    pub(crate) async fn node_change(
        &self,
        id: Uuid,
        change: impl FnOnce(&mut NodeRow),
    ) -> Result<Arc<Node>, StoreError> {
        let _writing = self.writes.begin(id).await;
        let seen = self.nodes.get(&id).ok_or(StoreError::NotFound { what: "node", id })?;
        let next = changed(&seen, change);
        self.is_small_enough(&next.fields)?;
        let kept = self.store.node_update(next).await?;
        Ok(self.nodes.replace(Node::from(&kept)))
    }

    /// Deletes a node.
    ///
    /// # Errors
    /// If the node is gone, or the store cannot write.
    pub(crate) async fn node_delete(&self, id: Uuid) -> Result<(), StoreError> {
        let _writing = self.writes.begin(id).await;
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
        change: Option<impl FnOnce(&mut NodeRow)>,
    ) -> Result<(), StoreError> {
        let (Some(id), Some(change)) = (node, change) else {
            return self.store.task_finish(task, end, NodeChange::None).await.map(drop);
        };
        let _writing = self.writes.begin(id).await;
        let Some(seen) = self.nodes.get(&id) else {
            return self.store.task_finish(task, end, NodeChange::None).await.map(drop);
        };
        let node = changed(&seen, change);
        let kept = self
            .store
            .task_finish(task, end, NodeChange::Record(Box::new(node.clone())))
            .await?;
        if let Some(NodeStamp { revision, updated_at }) = kept {
            self.nodes.replace(Node::from(&NodeRow {
                revision,
                updated_at,
                ..node
            }));
        }
        Ok(())
    }

    /// Whether a node may have these fields.
    ///
    /// # Errors
    /// If they are too large.
    pub(crate) fn is_small_enough(&self, fields: &NodeFields) -> Result<(), StoreError> {
        let max = self.config.conductor.node_size_max_bytes;
        let objects = [
            &fields.driver_info,
            &fields.driver_internal_info,
            &fields.properties,
            &fields.extra,
        ];
        // The texts are what is written next.
        let bytes = objects.iter().map(|object| object.text().len()).sum();
        if bytes > max {
            return Err(StoreError::NodeTooLarge { bytes, max });
        }
        Ok(())
    }
}

/// The nodes that are being written. One lies here only as long as that takes: nodes come by the million.
#[derive(Default)]
pub(crate) struct Writes(Mutex<HashMap<Uuid, Arc<AsyncMutex<()>>>>);

impl Writes {
    /// Taken around each write of a node and its taking over into memory: so the one cannot pass another's other.
    /// This is no lock on the node: that is held for much longer, and the end of a task may need none.
    async fn begin(&self, node: Uuid) -> Writing<'_> {
        let place = Place {
            writes: self,
            node,
            turns: Arc::clone(self.0.lock().entry(node).or_default()),
        };
        Writing {
            _turn: Arc::clone(&place.turns).lock_owned().await,
            _place: place,
        }
    }
}

/// A write of a node.
struct Writing<'w> {
    // Declared first, so dropped first.
    _turn: OwnedMutexGuard<()>,
    _place: Place<'w>,
}

/// Somebody who writes a node, or waits to.
struct Place<'w> {
    writes: &'w Writes,
    node: Uuid,
    turns: Arc<AsyncMutex<()>>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut writes = self.writes.0.lock();
        // Whoever comes next takes it from there, under this mutex.
        let nobody_else = 2;
        if Arc::strong_count(&self.turns) == nobody_else {
            writes.remove(&self.node);
        }
    }
}

/// A node's next state, to be stored on top of the one it was made from.
fn changed(seen: &Node, change: impl FnOnce(&mut NodeRow)) -> NodeRow {
    let mut node = seen.to_row();
    change(&mut node);
    node.updated_at = Some(Timestamp::now());
    node
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    const NODE: Uuid = Uuid::from_u128(1);

    fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
        std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn writes_of_one_node_follow_one_another_and_leave_nothing_behind() {
        let writes = Writes::default();
        let [mut first, mut second, mut third] = [(); 3].map(|()| Box::pin(writes.begin(NODE)));
        let Poll::Ready(writing) = poll(&mut first) else {
            panic!("nobody else writes it")
        };
        assert!(poll(&mut second).is_pending());
        assert!(poll(&mut third).is_pending());
        // Gives up before its turn.
        drop(second);
        drop(writing);
        assert_eq!(writes.0.lock().len(), 1, "somebody waits for its turn");
        assert!(poll(&mut third).is_ready());
        assert!(writes.0.lock().is_empty());
    }

    #[test]
    fn writes_of_other_nodes_wait_for_nothing() {
        let writes = Writes::default();
        let mut all: Vec<_> = (0..5000)
            .map(|node| Box::pin(writes.begin(Uuid::from_u128(node))))
            .collect();
        let writing: Vec<_> = all.iter_mut().map(poll).collect();
        assert!(writing.iter().all(Poll::is_ready));
        drop(writing);
        assert!(writes.0.lock().is_empty());
    }
}
