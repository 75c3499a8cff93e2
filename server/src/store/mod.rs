//! What outlives the process: nodes, and tasks, the durable records of asynchronous calls. Here is the trait
//! that a database implements; [`rows`] has what goes in and out, [`error`] what can go wrong, [`sqlite`]
//! the embedded database. SQL stands nowhere but below this directory, and locks on nodes are not kept here.
//!
//! The law: an answer is given after the change is on disk, and a change that was answered with an error is
//! not there at all. A future that is dropped takes nothing back: what it had asked for may still happen.

pub mod error;
pub mod rows;
pub mod sqlite;
#[cfg(test)]
pub mod testing;
mod text;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

pub(crate) use self::text::{cut, interruption_of, time_to_text};

pub use self::error::{Refusal, StoreError, to_restore};
pub use self::rows::{
    Interrupted, NodeChange, NodeRow, NodeStamp, Page, Progress, Retention, TaskEnd, TaskFilter, TaskRow, TaskState,
};
use crate::metrics::Reading;
use crate::node::Node;

/// What every operation returns.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What a store has done since it was opened, and how it is.
pub struct StoreCounts {
    /// The time of each commit, in seconds.
    pub commits: Reading,
    /// How many changes each had.
    pub changes: Reading,
    /// Errors that no caller is to blame for, by kind.
    pub errors: [(&'static str, u64); 4],
    /// Changes that wait to be written.
    pub queued: usize,
    /// The sizes of its files, in bytes.
    pub bytes: [(&'static str, u64); 2],
    /// Whether changes are refused as no space is left.
    pub is_full: bool,
}

/// What takes the nodes one by one as they are read: a million of them shall not be in memory twice.
pub trait NodeSink: Send {
    /// Takes the next one.
    fn take(&mut self, node: Node);
}

/// A database that keeps nodes and tasks. All times come from the caller and are kept to the microsecond.
pub trait Store: Send + Sync + 'static {
    /// Every node, oldest first, in one pass: all that one sink takes are older than what the next one takes, which may
    /// be nothing. The sinks may be fed at a time. The JSON objects in the nodes are not parsed. It may block the
    /// thread that polls it, so it is for the start.
    ///
    /// # Panics
    /// Without a sink.
    fn node_list_all<'a>(&'a self, sinks: Vec<&'a mut dyn NodeSink>) -> Answer<'a, ()>;

    /// Keeps a new node and returns it as kept, at revision 1.
    /// Refused with `UuidTaken` or `NameTaken`.
    fn node_create(&self, node: NodeRow) -> Answer<'_, NodeRow>;

    /// Replaces a node and returns it as kept, one revision later. `node.revision` is the revision that the
    /// change was made on: if the kept node has moved from it, `MovedRevision`. Also `NotFound`, `NameTaken`.
    fn node_update(&self, node: NodeRow) -> Answer<'_, NodeRow>;

    /// Forgets a node. Its tasks stay until they are pruned.
    fn node_delete(&self, id: Uuid) -> Answer<'_, ()>;

    /// Keeps a new running task. Once this has answered, the call may be promised to the client.
    fn task_start(&self, task: TaskRow) -> Answer<'_, ()>;

    /// Notes how far a running task is.
    fn task_progress(&self, id: Uuid, progress: Progress) -> Answer<'_, ()>;

    /// Ends a running task and, in the same transaction, changes its node: both or neither. Returns what
    /// became of the node; `None` if nothing was to change or the node of a lone `last_error` is gone.
    /// A task that has ended never changes again: `TaskFinal`.
    fn task_finish(&self, id: Uuid, end: TaskEnd, change: NodeChange) -> Answer<'_, Option<NodeStamp>>;

    /// Ends the running tasks of a server that is no more, this one's former life at start-up: each becomes
    /// `interrupted`, and the `last_error` of its node says so, all in one transaction. A database that only
    /// one process can open ends every running task, as `server` may have been renamed since.
    fn tasks_interrupt(&self, server: Box<str>, at: Timestamp) -> Answer<'_, Vec<Interrupted>>;

    /// One task, or `NotFound`.
    fn task_get(&self, id: Uuid) -> Answer<'_, TaskRow>;

    /// A page of tasks, newest first. An unknown marker is `NotFound`.
    fn task_list(&self, filter: TaskFilter, page: Page) -> Answer<'_, Vec<TaskRow>>;

    /// Forgets finished tasks that are too old or too many, and returns how many. Running ones stay.
    fn tasks_prune(&self, keep: Retention, now: Timestamp) -> Answer<'_, u64>;

    /// Copies the whole database, as it is at one instant, to a file that must not exist yet.
    fn backup_to(&self, path: PathBuf) -> Answer<'_, ()>;

    /// Looks through everything that is kept and returns what is damaged: nothing, if all is well.
    fn check(&self) -> Answer<'_, Vec<String>>;

    /// Whether a small write succeeds within this time. Asking also helps a store out of a full disk.
    fn health(&self, limit: Duration) -> Answer<'_, ()>;

    /// What it has done since it was opened, and how it is. Asks no disk for anything slow.
    fn counts(&self) -> StoreCounts;

    /// Ends when the store is broken for good, with the reason; the process should then end too.
    fn broken(&self) -> Pin<Box<dyn Future<Output = StoreError> + Send + '_>>;

    /// Ends what is queued, then closes. Everything asked afterwards is `Closed`.
    fn close(&self) -> Answer<'_, ()>;
}
