//! What a method acts on, by the kind of its lock: how it is locked before the method runs, and how its changes
//! are saved before the lock is freed. The lock table is in `lock/`, the order of a call in `dispatch.rs`.

use std::sync::Arc;

use bessemer::NodeSnapshot;
use bessemer::host::{self, Exclusive, HoldsExclusive, HoldsShared, NodeFields, Shared};
use uuid::Uuid;

use crate::catalogue::Driver;
use crate::context::Context;
use crate::dispatch::{CallError, validate};
use crate::lock::{ExclusiveGuard, Refused, SharedGuard, Who};
use crate::node::Node;
use crate::store::StoreError;

/// What a method acts on.
pub(crate) trait Target: Send + Sized + 'static {
    /// Locks it, as the method needs it.
    async fn acquire(
        context: &Arc<Context>,
        driver: &Driver,
        node: Option<Arc<Node>>,
        who: Who,
    ) -> Result<Acquired<Self>, CallError>;

    /// What the method changed on the node, and what keeps the lock.
    fn into_changes(self) -> Changes;
}

/// What a method acts on, locked.
pub(crate) struct Acquired<G> {
    /// What the method is given.
    pub(crate) target: G,
    /// The node as it is under the lock.
    pub(crate) node: Option<Arc<Node>>,
    /// Whether others were before it.
    pub(crate) waited: bool,
}

/// What a method changed.
pub(crate) struct Changes {
    /// The node's fields, if any of them changed.
    pub(crate) fields: Option<Arc<NodeFields>>,
    /// Keeps the lock until the changes are on disk.
    pub(crate) hold: Box<dyn Send>,
}

impl HoldsExclusive for ExclusiveGuard {}
impl HoldsShared for SharedGuard {}

impl Target for Exclusive {
    async fn acquire(
        context: &Arc<Context>,
        driver: &Driver,
        node: Option<Arc<Node>>,
        who: Who,
    ) -> Result<Acquired<Self>, CallError> {
        let node = node.expect("a method with a node is found on a node");
        let guard = exclusive(context, node.id, who).await?;
        let (node, waited) = (unmoved(context, driver, node)?, guard.waited());
        Ok(Acquired {
            target: Self::new(Arc::clone(&node.fields), guard),
            node: Some(node),
            waited,
        })
    }

    fn into_changes(self) -> Changes {
        let (fields, hold) = Self::into_changes(self);
        Changes {
            fields,
            hold: Box::new(hold),
        }
    }
}

impl Target for Shared {
    async fn acquire(
        context: &Arc<Context>,
        driver: &Driver,
        node: Option<Arc<Node>>,
        who: Who,
    ) -> Result<Acquired<Self>, CallError> {
        let node = node.expect("a method with a node is found on a node");
        let deadline = who.arrived + context.config.conductor.lock_wait;
        let guard = context
            .locks
            .shared(node.id, who, deadline)
            .await
            .map_err(|refused| refusal(context, node.id, refused))?;
        let (node, waited) = (unmoved(context, driver, node)?, guard.waited());
        Ok(Acquired {
            target: Self::new(Arc::clone(&node.fields), guard),
            node: Some(node),
            waited,
        })
    }

    fn into_changes(self) -> Changes {
        Changes {
            fields: None,
            hold: Box::new(self),
        }
    }
}

impl Target for NodeSnapshot {
    async fn acquire(
        _: &Arc<Context>,
        _: &Driver,
        node: Option<Arc<Node>>,
        _: Who,
    ) -> Result<Acquired<Self>, CallError> {
        let node = node.expect("a method with a node is found on a node");
        Ok(Acquired {
            target: host::snapshot(Arc::clone(&node.fields)),
            node: Some(node),
            waited: false,
        })
    }

    fn into_changes(self) -> Changes {
        Changes {
            fields: None,
            hold: Box::new(()),
        }
    }
}

impl Target for () {
    async fn acquire(_: &Arc<Context>, _: &Driver, _: Option<Arc<Node>>, _: Who) -> Result<Acquired<Self>, CallError> {
        Ok(Acquired {
            target: (),
            node: None,
            waited: false,
        })
    }

    fn into_changes(self) -> Changes {
        Changes {
            fields: None,
            hold: Box::new(()),
        }
    }
}

/// The exclusive lock of a node, within the configured wait: for calls, and for the built-in operations that
/// change a node.
pub(crate) async fn exclusive(context: &Context, node: Uuid, who: Who) -> Result<ExclusiveGuard, CallError> {
    let deadline = who.arrived + context.config.conductor.lock_wait;
    context
        .locks
        .exclusive(node, who, deadline)
        .await
        .map_err(|refused| refusal(context, node, refused))
}

fn refusal(context: &Context, node: Uuid, refused: Refused) -> CallError {
    match refused {
        Refused::Locked(blockers) => CallError::Locked {
            node,
            host: Arc::clone(&context.host),
            blockers,
        },
        full => CallError::QueueFull(full),
    }
}

/// The node under its lock. It may have been changed, or deleted, since it was looked up.
fn unmoved(context: &Context, driver: &Driver, seen: Arc<Node>) -> Result<Arc<Node>, CallError> {
    let node = context
        .nodes
        .get(&seen.id)
        .ok_or_else(|| CallError::NodeNotFound(seen.id.to_string()))?;
    if node.revision != seen.revision {
        if node.fields.driver != seen.fields.driver {
            return Err(CallError::DriverChanged(node.id));
        }
        validate(driver, &node)?;
    }
    Ok(node)
}

/// Saves what a method changed, then frees its lock.
pub(crate) async fn settle(context: &Context, target: impl Target) -> Result<(), StoreError> {
    let Changes { fields, hold } = target.into_changes();
    if let Some(fields) = fields {
        context
            .node_change(parse_uuid(&fields), |node| node.fields = Arc::clone(&fields))
            .await?;
    }
    drop(hold);
    Ok(())
}

fn parse_uuid(fields: &NodeFields) -> Uuid {
    fields.uuid.parse().expect("a node's uuid was made from a uuid")
}
