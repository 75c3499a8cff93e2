//! How a task looks.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::super::ask::{Link, links};
use super::super::nodes::Time;
use super::mask::masked;
use crate::store::{Progress, TaskEnd, TaskRow};
use crate::tasks::live::LiveTask;

/// A task in a listing.
#[derive(Serialize)]
pub(super) struct Shown<'r> {
    uuid: String,
    node: Option<String>,
    driver: &'r str,
    method: &'r str,
    #[serde(flatten)]
    end: Ended,
    /// Whether it was told to stop, and has not yet.
    cancelling: bool,
    progress: Option<Reported>,
    request_id: &'r str,
    caller: Option<&'r str>,
    conductor: &'r str,
    started_at: Time,
    /// When its method will be told to stop, while it runs.
    deadline: Option<Time>,
    links: [Link; 2],
}

/// Whether and how a task ended.
#[derive(Serialize)]
pub(super) struct Ended {
    state: &'static str,
    error: Option<Box<str>>,
    finished_at: Option<Time>,
}

/// How far a task is.
#[derive(Serialize)]
pub(super) struct Reported {
    done: u64,
    total: u64,
    text: Box<str>,
}

/// A task by itself.
#[derive(Serialize)]
pub(super) struct Whole<'r> {
    #[serde(flatten)]
    shown: Shown<'r>,
    /// What its method was called with, while it runs.
    arguments: Option<Map<String, Value>>,
}

impl<'r> Shown<'r> {
    pub(super) fn of(base: &str, row: &'r TaskRow, live: Option<&LiveTask>) -> Self {
        let live = live.filter(|_| !row.state.is_final());
        let fresh = live.and_then(|live| live.feed.progress());
        Self {
            uuid: row.uuid.to_string(),
            node: row.node.map(|node| node.to_string()),
            driver: &row.driver,
            method: &row.method,
            end: Ended {
                state: row.state.as_str(),
                error: row.error.clone(),
                finished_at: row.finished_at.map(Time),
            },
            cancelling: live.is_some_and(|live| live.call.is_told()),
            progress: fresh.or_else(|| row.progress.clone()).map(Into::into),
            request_id: &row.request_id,
            caller: row.caller.as_deref(),
            conductor: &row.server,
            started_at: Time(row.started_at),
            deadline: live.map(|live| Time(wall_clock(live.call.deadline()))),
            links: links(base, &format!("tasks/{}", row.uuid)),
        }
    }
}

impl<'r> Whole<'r> {
    pub(super) fn of(base: &str, row: &'r TaskRow, live: Option<&LiveTask>) -> Self {
        let arguments = live
            .filter(|_| !row.state.is_final())
            .and_then(|live| live.arguments.as_ref());
        Self {
            shown: Shown::of(base, row, live),
            arguments: arguments.map(|arguments| masked(arguments.by_name())),
        }
    }
}

impl From<Progress> for Reported {
    fn from(progress: Progress) -> Self {
        let Progress { done, total, text } = progress;
        Self { done, total, text }
    }
}

impl From<TaskEnd> for Ended {
    fn from(end: TaskEnd) -> Self {
        Self {
            state: end.state.as_str(),
            error: end.error,
            finished_at: Some(Time(end.finished_at)),
        }
    }
}

/// When an instant that has not come yet will be, as far as one can know.
pub(in super::super) fn wall_clock(instant: Instant) -> Timestamp {
    let left = SignedDuration::try_from(instant.saturating_duration_since(Instant::now()));
    let then = left.ok().and_then(|left| Timestamp::now().checked_add(left).ok());
    then.unwrap_or(Timestamp::MAX)
}
