//! Tasks: the durable record of asynchronous calls. A task is on disk before its call is answered, and its end
//! is one transaction with what the method changed on the node and with `last_error`. Which calls become
//! tasks is decided in `dispatch.rs`; when ended ones are forgotten, in `tasks/prune.rs`. While it runs, `tasks/live.rs`
//! has a way to its call, and `tasks/feed.rs` what it tells.

pub(crate) mod arguments;
pub(crate) mod feed;
pub(crate) mod live;
pub(crate) mod prune;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bessemer::host::{Host, NodeFields};
use jiff::Timestamp;
use uuid::Uuid;

use self::arguments::Arguments;
use self::live::{Entered, LiveTask};
use crate::call::Running;
use crate::context::Context;
use crate::dispatch::CallError;
use crate::node::{Node, Text};
use crate::store::{NodeRow, StoreError, TaskEnd, TaskRow, TaskState, interruption_of};
use crate::telemetry::call_event;

/// A task that runs from now on, for who looks for it.
pub(crate) fn enter<'c>(
    context: &'c Context,
    call: &Arc<Running>,
    task: Uuid,
    arguments: Option<Arguments>,
) -> Entered<'c> {
    let task_now = LiveTask {
        call: Arc::clone(call),
        feed: call.feed(),
        arguments,
    };
    context.live.enter(task, task_now)
}

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
            driver: node.map_or_else(|| call.driver().into(), |node| node.driver().into()),
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
    let feed = call.feed();
    let mut bell = feed.bell();
    let mut written = None;
    loop {
        let Some(report) = feed.progress().filter(|report| written.as_ref() != Some(report)) else {
            // The sender lives in `feed`.
            let _ = bell.changed().await;
            continue;
        };
        written = Some(report.clone());
        if let Err(error) = context.store.task_progress(task, report).await {
            call_event!(warn, call, %task, %error, "the progress of the task could not be saved");
        }
        tokio::time::sleep(PROGRESS_INTERVAL).await;
    }
}

/// Writes how a task ended, together with what its method changed on the node if it succeeded. `None` if that could not
/// be saved.
pub(crate) async fn finish(
    context: &Context,
    call: &Running,
    task: Uuid,
    error: Option<CallError>,
    fields: Option<Arc<NodeFields>>,
) -> Option<TaskState> {
    let (error, fields) = match fields.as_ref().map(|fields| context.is_small_enough(fields)) {
        Some(Err(too_large)) => (error.or(Some(CallError::NotSaved(too_large))), None),
        _ => (error, fields),
    };
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
        .map(|text| format!("{}{text}", failure_of(call.method())).into());
    let end = TaskEnd {
        state,
        error: error.map(Into::into),
        finished_at: Timestamp::now(),
        progress: call.feed().progress(),
    };
    if let Some(error) = &end.error {
        call_event!(warn, call, %task, "{error}");
    }

    let told = end.clone();
    // A success is the end of what the same method is known to have failed with; what others failed with stays.
    let is_over = |last_error: Option<&str>| {
        state == TaskState::Succeeded && last_error.is_some_and(|text| tells_of(text, call.method()))
    };
    let seen = call.node().and_then(|id| context.nodes.get(&id));
    let clears = seen.is_some_and(|node| is_over(node.text(Text::LastError)));
    let change = (fields.is_some() || last_error.is_some() || clears).then_some(|node: &mut NodeRow| {
        if let Some(fields) = fields {
            node.fields = Arc::unwrap_or_clone(fields);
        }
        // Another call's failure may have come meanwhile.
        if last_error.is_some() || is_over(node.last_error.as_deref()) {
            node.last_error = last_error;
        }
    });
    match context.task_finish(task, end, call.node(), change).await {
        Ok(()) => {
            context.pruning.note_end();
            call.feed().end(told);
            Some(state)
        }
        Err(error) => {
            call_event!(
                error, call, %task, %error,
                "the end of the task could not be saved; at the next start it counts as interrupted"
            );
            None
        }
    }
}

/// How `last_error` begins where an asynchronous method failed: Ironic's words.
fn failure_of(method: &str) -> String {
    format!("Async execution of {method} failed with error: ")
}

/// Whether `last_error` tells of this method's failure, or of its interruption by the loss of its server.
fn tells_of(last_error: &str, method: &str) -> bool {
    last_error.starts_with(&failure_of(method)) || last_error.starts_with(&interruption_of(method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_error_tells_of_one_method() {
        for (text, expected) in [
            ("Async execution of flash failed with error: no answer", true),
            ("method flash (task 1) was interrupted by the loss of server a", true),
            ("Async execution of flash_all failed with error: no answer", false),
            (
                "method flash_all (task 1) was interrupted by the loss of server a",
                false,
            ),
            ("flash", false),
            ("", false),
        ] {
            assert_eq!(tells_of(text, "flash"), expected, "{text}");
        }
    }
}
