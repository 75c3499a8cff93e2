//! The thread that reads, on a connection of its own: it sees whole transactions only, never waits for the
//! writer, and never makes it wait.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault::Fault;
use super::shared::{Shared, ThreadWatch};
use crate::store::StoreError;

/// A question that waits for the reader.
pub(super) type Question = Box<dyn FnOnce(&Connection, &Shared) + Send>;

pub(super) fn question<T, F>(work: F) -> (Question, oneshot::Receiver<Result<T, StoreError>>)
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let question = Box::new(move |connection: &Connection, shared: &Shared| {
        let result = work(connection).map_err(|fault| shared.judge(fault));
        let _ = reply.send(result);
    });
    (question, answer)
}

/// Until the queue is closed and empty.
pub(super) fn run(connection: &Connection, shared: &Arc<Shared>, mut queue: mpsc::Receiver<Question>) {
    let _watch = ThreadWatch(Arc::clone(shared));
    while let Some(question) = queue.blocking_recv() {
        question(connection, shared);
    }
}
