//! The task routes: what became of asynchronous calls, how far they are, and how one is cancelled. Ironic has nothing
//! like it, so no API version hides them. What is shown of a task that runs is as fresh as its method's last word; what
//! is on disk may be a second older.

mod events;
mod filter;
mod mask;
mod view;

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use self::filter::Asking;
use self::view::{Shown, Whole};
use super::ask::{Ask, answer};
use super::fault::Fault;
use crate::context::Context;
use crate::nodes;
use crate::store::{StoreError, TaskRow};
use crate::tasks::live::LiveTask;

pub(super) use self::events::events;
pub(super) use self::view::wall_clock;

/// `GET /v1/tasks`.
pub(super) async fn list(ask: Ask) -> Result<Response, Fault> {
    let Ask {
        context, query, base, ..
    } = ask;
    let asking = Asking::read(&context, query)?;
    let rows = context.store.task_list(asking.filter.clone(), asking.page()).await?;
    let next = asking.next(&rows);
    let tasks: Vec<Shown> = rows
        .iter()
        .map(|row| Shown::of(&base, row, context.live.get(row.uuid).as_deref()))
        .collect();
    let mut document = json!({ "tasks": tasks });
    if let Some(query) = next {
        document["next"] = format!("{base}/v1/tasks?{query}").into();
    }
    answer(&document)
}

/// `GET /v1/tasks/T`.
pub(super) async fn show(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let (row, live) = find(&ask.context, &ask.ident).await?;
    answer(&Whole::of(&ask.base, &row, live.as_deref()))
}

/// `POST /v1/tasks/T/cancel`. Tells the method to stop; that it has is seen by the task's state.
pub(super) async fn cancel(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    if let Some(key) = ask.object().await?.keys().next() {
        return Err(Fault::bad_request(format!(
            "Unexpected arguments: {key}; to cancel a task takes none"
        )));
    }
    let (row, live) = find(&ask.context, &ask.ident).await?;
    let Some(live) = live.filter(|_| !row.state.is_final()) else {
        return Err(not_running(&row));
    };
    let by = ask.request();
    tracing::info!(
        request_id = format_args!("req-{by}"), node = row.node.map(tracing::field::display), driver = &*row.driver,
        method = &*row.method, task = %row.uuid, "the task is cancelled"
    );
    live.cancel(by);
    let mut response = answer(&Whole::of(&ask.base, &row, Some(&live)))?;
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}

fn not_running(row: &TaskRow) -> Fault {
    let id = row.uuid;
    if row.state.is_final() {
        return StoreError::TaskFinal { id, state: row.state }.into();
    }
    Fault::conflict(format!(
        "task {id} runs no more, but its end could not be saved; at the next start it counts as interrupted"
    ))
}

/// A task, and its way to its call if it runs.
async fn find(context: &Context, ident: &str) -> Result<(TaskRow, Option<Arc<LiveTask>>), Fault> {
    let id = id(ident)?;
    // First: a task that ends in between is final on disk then.
    let live = context.live.get(id);
    Ok((context.store.task_get(id).await?, live))
}

fn id(text: &str) -> Result<Uuid, Fault> {
    nodes::uuid(text).ok_or_else(|| Fault::not_found(format!("Task {text} could not be found.")))
}
