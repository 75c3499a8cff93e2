//! Tasks: the durable record of asynchronous calls. A task is on disk before its call is answered, and its end
//! is one transaction with what the method changed on the node and with `last_error`. Which calls become
//! tasks is decided in `dispatch.rs`; when ended ones are forgotten, in `tasks/prune.rs`.

pub(crate) mod prune;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bessemer::host::{Host, NodeFields};
use jiff::Timestamp;
use uuid::Uuid;

use crate::call::Running;
use crate::context::Context;
use crate::dispatch::CallError;
use crate::node::Node;
use crate::store::{StoreError, TaskEnd, TaskRow, TaskState};

/// Writes that a task begins.
pub(crate) async fn start(
    context: &Context,
    call: &Running,
    task: Uuid,
    node: Option<&Node>,
) -> Result<(), StoreError> {
    context
        .store
        .task_start(TaskRow {
            uuid: task,
            node: node.map(|node| node.id),
            driver: node.map_or_else(|| call.driver().into(), |node| (*node.fields.driver).into()),
            method: call.method().into(),
            request_id: call.request_id().into(),
            caller: call.caller().map(Into::into),
            server: (*context.host).into(),
            started_at: Timestamp::now(),
            finished_at: None,
            state: TaskState::Running,
            error: None,
            progress: None,
        })
        .await
}

/// How often a task's progress is written at most.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Writes what a task reports of its progress, for as long as it is polled.
pub(crate) async fn keep_progress(context: &Context, call: &Running, task: Uuid) -> Infallible {
    let mut progress = call.progress();
    loop {
        // The sender lives in `call`.
        let _ = progress.changed().await;
        let Some(report) = progress.borrow_and_update().clone() else {
            continue;
        };
        if let Err(error) = context.store.task_progress(task, report).await {
            tracing::warn!(request_id = %call.request_id(), %task, %error, "the progress of the task could not be saved");
        }
        tokio::time::sleep(PROGRESS_INTERVAL).await;
    }
}

/// Writes how a task ended, together with what its method changed on the node if it succeeded.
pub(crate) async fn finish(
    context: &Context,
    call: &Running,
    task: Uuid,
    error: Option<CallError>,
    fields: Option<Arc<NodeFields>>,
) {
    let (state, error) = match error {
        None => (TaskState::Succeeded, None),
        // Told to stop, it did, one way or the other.
        Some(_) if context.workers.is_abandoned() => (
            TaskState::Interrupted,
            Some("interrupted by the stop of the server; its outcome is unknown".to_owned()),
        ),
        Some(error) if call.is_late() => (TaskState::Failed, Some(error.to_string())),
        Some(error) if call.is_told() => (TaskState::Cancelled, Some(error.to_string())),
        Some(error) => (TaskState::Failed, Some(error.to_string())),
    };
    let last_error: Option<Box<str>> = error
        .as_deref()
        .map(|text| format!("Async execution of {} failed with error: {text}", call.method()).into());
    let end = TaskEnd {
        state,
        error: error.map(Into::into),
        finished_at: Timestamp::now(),
    };
    if let Some(error) = &end.error {
        tracing::warn!(request_id = %call.request_id(), %task, driver = call.driver(), method = call.method(), "{error}");
    }

    let change = (fields.is_some() || last_error.is_some()).then_some(|node: &mut Node| {
        if let Some(fields) = fields {
            node.fields = fields;
        }
        if last_error.is_some() {
            node.last_error = last_error;
        }
    });
    match context.task_finish(task, end, call.node(), change).await {
        Ok(()) => context.pruning.note_end(),
        Err(error) => tracing::error!(
            request_id = %call.request_id(), %task, driver = call.driver(), method = call.method(), %error,
            "the end of the task could not be saved; at the next start it counts as interrupted"
        ),
    }
}
