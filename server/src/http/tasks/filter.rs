//! Which tasks a listing is asked for, and which page of them. The newest come first, and there is no other order.

use form_urlencoded::Serializer;
use jiff::Timestamp;
use uuid::Uuid;

use super::super::fault::Fault;
use super::super::paging;
use super::super::query::Query;
use crate::context::Context;
use crate::dispatch::CallError;
use crate::nodes;
use crate::store::{Page, TaskFilter, TaskRow, TaskState};

/// What a query asks for.
pub(super) struct Asking {
    pub(super) filter: TaskFilter,
    limit: usize,
    marker: Option<Uuid>,
    /// The filters as they came, which hold for the next page too.
    rest: Vec<(String, String)>,
}

impl Asking {
    /// Reads a query.
    ///
    /// # Errors
    /// 400 with what is wrong; 404 if no node has the name that is given.
    pub(super) fn read(context: &Context, mut query: Query) -> Result<Self, Fault> {
        let limit = paging::limit(&mut query, context.config.api.max_limit)?;
        let marker = query.take("marker")?.map(|text| marker(&text)).transpose()?;
        let rest = query.pairs().to_vec();
        let filter = TaskFilter {
            node: query.take("node")?.map(|ident| node(context, &ident)).transpose()?,
            driver: query.take("driver")?.map(Into::into),
            method: query.take("method")?.map(Into::into),
            state: query.take("state")?.map(|text| state(&text)).transpose()?,
            since: query.take("since")?.map(|text| time(&text)).transpose()?,
        };
        query.finish()?;
        Ok(Self {
            filter,
            limit,
            marker,
            rest,
        })
    }

    /// For the store.
    pub(super) fn page(&self) -> Page {
        Page {
            marker: self.marker,
            limit: u32::try_from(self.limit).unwrap_or(u32::MAX),
        }
    }

    /// The query of the page after this one, if it is full.
    pub(super) fn next(&self, rows: &[TaskRow]) -> Option<String> {
        let last = rows.last().filter(|_| rows.len() == self.limit)?;
        let query = Serializer::new(String::new())
            .extend_pairs(&self.rest)
            .append_pair("limit", &self.limit.to_string())
            .append_pair("marker", &last.uuid.to_string())
            .finish();
        Some(query)
    }
}

/// Tasks outlive their nodes: any uuid will do, but a name must be one of today's.
fn node(context: &Context, ident: &str) -> Result<Uuid, Fault> {
    nodes::uuid(ident)
        .or_else(|| Some(context.nodes.find(ident)?.id))
        .ok_or_else(|| CallError::NodeNotFound(ident.into()).into())
}

fn state(text: &str) -> Result<TaskState, Fault> {
    TaskState::from_text(text).ok_or_else(|| {
        Fault::bad_request(format!(
            "a task is not {text}; give one of {}",
            TaskState::ALL.map(TaskState::as_str).join(", ")
        ))
    })
}

fn time(text: &str) -> Result<Timestamp, Fault> {
    text.parse().map_err(|_| {
        Fault::bad_request(format!(
            "since={text} is not a time with its offset; give one like 2026-01-31T12:00:00Z (a + in a URL is %2B)"
        ))
    })
}

fn marker(text: &str) -> Result<Uuid, Fault> {
    nodes::uuid(text).ok_or_else(|| {
        Fault::bad_request(format!(
            "Expected a UUID but received {text}; marker= is the uuid of the last task seen"
        ))
    })
}
