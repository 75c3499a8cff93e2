//! What a method acts on, by the kind of its lock: how it is locked before the method runs, and what the method
//! changed on it. The lock table is in `lock/`, the order of a call in `dispatch.rs`.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use bessemer::NodeSnapshot;
use bessemer::host::{self, Exclusive, HoldsExclusive, HoldsShared, NodeFields, Shared};
use tokio::time::Instant;
use uuid::Uuid;

use crate::catalogue::Driver;
use crate::context::Context;
use crate::dispatch::{CallError, validate};
use crate::lock::{ExclusiveGuard, LockMode, Refused, SharedGuard, Who};
use crate::node::Node;

/// What a method acts on.
pub(crate) trait Target: Send + Sized + 'static {
    /// Whether several calls run on one node at a time, as far as its lock is concerned.
    const RUNS_BESIDE_OTHERS: bool;

    /// Locks it, as the method needs it.
    async fn acquire(
        context: &Arc<Context>,
        driver: &Driver,
        node: Option<Arc<Node>>,
        who: Who,
    ) -> Result<Acquired<Self>, CallError>;

    /// The node's fields as the method left them, if it changed any.
    fn changes(self) -> Option<Arc<NodeFields>> {
        None
    }
}

/// What a method acts on, locked.
pub(crate) struct Acquired<G> {
    /// What the method is given.
    pub(crate) target: G,
    /// Keeps the lock beyond the end of the method, until its changes and its end are on disk.
    pub(crate) hold: Hold,
    /// The node as it is under the lock.
    pub(crate) node: Option<Arc<Node>>,
    /// Since when nobody is before it.
    pub(crate) begins: Instant,
}

/// A lock, free when the last of its holds is dropped; `None` where no lock is taken.
pub(crate) type Hold = Option<Arc<dyn Any + Send + Sync>>;

/// A granted lock. How long it was held is counted when it ends.
pub(crate) struct Held<L> {
    context: Arc<Context>,
    mode: LockMode,
    since: Instant,
    _guard: L,
}

impl<L> Held<L> {
    /// `waited` is `None` for a lock that was free.
    fn new(context: &Arc<Context>, mode: LockMode, who: Who, waited: Option<Duration>, guard: L) -> Self {
        let since = match waited {
            None => who.arrived,
            Some(waited) => {
                context.metrics.waited(mode, waited);
                Instant::now()
            }
        };
        Self {
            context: Arc::clone(context),
            mode,
            since,
            _guard: guard,
        }
    }
}

impl<L> Drop for Held<L> {
    fn drop(&mut self) {
        self.context.metrics.held(self.mode, self.since.elapsed());
    }
}

impl HoldsExclusive for Held<ExclusiveGuard> {}
impl HoldsShared for Held<SharedGuard> {}

impl Target for Exclusive {
    const RUNS_BESIDE_OTHERS: bool = false;

    async fn acquire(
        context: &Arc<Context>,
        driver: &Driver,
        node: Option<Arc<Node>>,
        who: Who,
    ) -> Result<Acquired<Self>, CallError> {
        let node = found(node);
        let held = exclusive(context, node.id, who).await?;
        let node = unmoved(context, driver, node)?;
        Ok(Acquired::locked(node, held, |node, held| Self::new(node, held)))
    }

    fn changes(self) -> Option<Arc<NodeFields>> {
        self.into_changes()
    }
}

impl Target for Shared {
    const RUNS_BESIDE_OTHERS: bool = true;

    async fn acquire(
        context: &Arc<Context>,
        driver: &Driver,
        node: Option<Arc<Node>>,
        who: Who,
    ) -> Result<Acquired<Self>, CallError> {
        let node = found(node);
        let held = shared(context, node.id, who).await?;
        let node = unmoved(context, driver, node)?;
        Ok(Acquired::locked(node, held, |node, held| Self::new(node, held)))
    }
}

impl Target for NodeSnapshot {
    const RUNS_BESIDE_OTHERS: bool = true;

    async fn acquire(
        _: &Arc<Context>,
        _: &Driver,
        node: Option<Arc<Node>>,
        who: Who,
    ) -> Result<Acquired<Self>, CallError> {
        let node = found(node);
        let target = host::snapshot(Arc::clone(&node));
        Ok(Acquired {
            target,
            hold: None,
            node: Some(node),
            begins: who.arrived,
        })
    }
}

impl Target for () {
    const RUNS_BESIDE_OTHERS: bool = false;

    async fn acquire(
        _: &Arc<Context>,
        _: &Driver,
        _: Option<Arc<Node>>,
        who: Who,
    ) -> Result<Acquired<Self>, CallError> {
        Ok(Acquired {
            target: (),
            hold: None,
            node: None,
            begins: who.arrived,
        })
    }
}

impl<G> Acquired<G> {
    /// Binds the node to the lock that was taken on it.
    fn locked<L: Send + Sync + 'static>(
        node: Arc<Node>,
        held: Held<L>,
        bind: impl FnOnce(Arc<Node>, Arc<Held<L>>) -> G,
    ) -> Self {
        let begins = held.since;
        let held = Arc::new(held);
        Self {
            target: bind(Arc::clone(&node), Arc::clone(&held)),
            hold: Some(held),
            node: Some(node),
            begins,
        }
    }
}

fn found(node: Option<Arc<Node>>) -> Arc<Node> {
    node.expect("a method with a node is found on a node")
}

/// The exclusive lock of a node, within the configured wait: for calls, and for the built-in operations that
/// change a node.
pub(crate) async fn exclusive(context: &Arc<Context>, node: Uuid, who: Who) -> Result<Held<ExclusiveGuard>, CallError> {
    let lock = context.locks.exclusive(node, who, deadline(context, who));
    let guard = unless_stopping(context, node, lock).await?;
    let waited = guard.waited().then(|| guard.wait());
    Ok(Held::new(context, LockMode::Exclusive, who, waited, guard))
}

/// A share of a node, within the same wait.
async fn shared(context: &Arc<Context>, node: Uuid, who: Who) -> Result<Held<SharedGuard>, CallError> {
    let lock = context.locks.shared(node, who, deadline(context, who));
    let guard = unless_stopping(context, node, lock).await?;
    let waited = guard.waited().then(|| guard.wait());
    Ok(Held::new(context, LockMode::Shared, who, waited, guard))
}

/// The lock, unless it has to be waited for and the server stops meanwhile.
async fn unless_stopping<L>(
    context: &Context,
    node: Uuid,
    lock: impl Future<Output = Result<L, Refused>>,
) -> Result<L, CallError> {
    tokio::select! {
        biased;
        lock = lock => lock.map_err(|refused| refusal(context, node, refused)),
        // On the heap: made only by who waits.
        () = async { Box::pin(context.stopping.raised()).await } => Err(CallError::Stopping),
    }
}

/// Until when one may wait for a lock.
pub(crate) fn deadline(context: &Context, who: Who) -> Instant {
    who.arrived + context.config.conductor.lock_wait
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
        if node.driver() != seen.driver() {
            return Err(CallError::DriverChanged(node.id));
        }
        validate(driver, &node)?;
    }
    Ok(node)
}
