//! The lock routes: who holds which node, and who waits for it. Read from the lock table itself, so a call pays nothing
//! for being seen here; at each node it is one instant, and two nodes may be seen at different ones.

use axum::response::Response;
use bessemer::host::Host as _;
use form_urlencoded::Serializer;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::ask::{Ask, answer};
use super::fault::Fault;
use super::nodes::Time;
use super::paging;
use super::tasks::wall_clock;
use crate::context::Context;
use crate::dispatch::CallError;
use crate::lock::{Holder, LockView, Waiter, Who};
use crate::nodes;
use crate::target::deadline;

/// `GET /v1/locks`: the nodes that are locked, in the order of their uuids.
pub(super) async fn list(mut ask: Ask) -> Result<Response, Fault> {
    let limit = paging::limit(&mut ask.query, ask.context.config.api.max_limit)?;
    let marker = ask.query.take("marker")?.map(|text| marker(&text)).transpose()?;
    ask.no_query()?;
    let mut views = ask.context.locks.views();
    views.retain(|view| marker.is_none_or(|marker| marker < view.node));
    views.sort_unstable_by_key(|view| view.node);
    let is_full = views.len() >= limit;
    views.truncate(limit);
    let locks: Vec<Lock> = views.iter().map(|view| Lock::of(&ask.context, view)).collect();
    let mut document = json!({ "locks": locks });
    if let Some(last) = views.last().filter(|_| is_full) {
        let query = Serializer::new(String::new())
            .append_pair("limit", &limit.to_string())
            .append_pair("marker", &last.node.to_string())
            .finish();
        document["next"] = format!("{}/v1/locks?{query}", ask.base).into();
    }
    answer(&document)
}

/// `GET /v1/locks/N`: of one node, locked or not.
pub(super) async fn show(mut ask: Ask) -> Result<Response, Fault> {
    ask.no_query()?;
    let (context, ident) = (&ask.context, &*ask.ident);
    // A node that is being deleted may be gone and still locked.
    let id = context
        .nodes
        .find(ident)
        .map(|node| node.id)
        .or_else(|| nodes::uuid(ident));
    let view = id.and_then(|id| context.locks.view(id));
    match (id, view) {
        (_, Some(view)) => answer(&Lock::of(context, &view)),
        (Some(id), None) if context.nodes.get(&id).is_some() => answer(&Lock::free(context, id)),
        _ => Err(CallError::NodeNotFound(ident.into()).into()),
    }
}

fn marker(text: &str) -> Result<Uuid, Fault> {
    nodes::uuid(text).ok_or_else(|| {
        Fault::bad_request(format!(
            "Expected a UUID but received {text}; marker= is the uuid of the last node seen"
        ))
    })
}

/// The lock of one node.
#[derive(Serialize)]
struct Lock {
    node: String,
    name: Option<String>,
    /// `None`: nobody holds it.
    mode: Option<&'static str>,
    holders: Vec<Holding>,
    waiters: Vec<Waiting>,
}

/// One that holds it, in the order they asked.
#[derive(Serialize)]
struct Holding {
    #[serde(flatten)]
    asker: Asker,
    since: Time,
    seconds: f64,
    /// How long it stood in the queue before.
    waited_seconds: f64,
}

/// One that waits for it, in the order they will be served.
#[derive(Serialize)]
struct Waiting {
    #[serde(flatten)]
    asker: Asker,
    mode: &'static str,
    since: Time,
    seconds: f64,
    /// When it will be refused.
    deadline: Time,
}

/// A call, or a change of the node over REST.
#[derive(Serialize)]
struct Asker {
    /// The method; of a change of the node, its verb.
    method: &'static str,
    request_id: String,
    task: Option<String>,
    /// Who sent the request, where known.
    caller: Option<String>,
}

impl Lock {
    fn of(context: &Context, view: &LockView) -> Self {
        Self {
            mode: Some(view.mode.as_str()),
            holders: view.holders.iter().map(|holder| Holding::of(context, holder)).collect(),
            waiters: view.waiters.iter().map(|waiter| Waiting::of(context, waiter)).collect(),
            ..Self::free(context, view.node)
        }
    }

    fn free(context: &Context, node: Uuid) -> Self {
        Self {
            node: node.to_string(),
            name: context.nodes.get(&node).and_then(|node| node.name().map(Into::into)),
            mode: None,
            holders: Vec::new(),
            waiters: Vec::new(),
        }
    }
}

impl Holding {
    fn of(context: &Context, holder: &Holder) -> Self {
        Self {
            asker: Asker::of(context, &holder.who),
            since: time(holder.since),
            seconds: holder.held.as_secs_f64(),
            waited_seconds: holder.waited.as_secs_f64(),
        }
    }
}

impl Waiting {
    fn of(context: &Context, waiter: &Waiter) -> Self {
        Self {
            // Its task begins with the lock.
            asker: Asker {
                task: None,
                ..Asker::of(context, &waiter.who)
            },
            mode: waiter.mode.as_str(),
            since: time(waiter.since),
            seconds: waiter.waited.as_secs_f64(),
            deadline: Time(wall_clock(deadline(context, waiter.who))),
        }
    }
}

impl Asker {
    fn of(context: &Context, who: &Who) -> Self {
        let live = who.task.and_then(|task| context.live.get(task));
        Self {
            method: who.operation,
            request_id: format!("req-{}", who.request),
            task: who.task.map(|task| task.to_string()),
            caller: live.and_then(|live| live.call.caller().map(Into::into)),
        }
    }
}

fn time(time: std::time::SystemTime) -> Time {
    Time(Timestamp::try_from(time).unwrap_or_default())
}
