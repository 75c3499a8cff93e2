//! The SQL of tasks. One law is kept by the statements themselves: they change a task only while it runs.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params_from_iter};
use uuid::Uuid;

use super::fault::Fault;
use super::nodes;
use super::values::{failure, id_at, id_text, optional_id_at, optional_text_at, optional_time_at, text_at, time_at};
use crate::store::text::{cut, interruption_of, time_as_kept, time_to_text, time_to_words};
use crate::store::{
    Interrupted, NodeChange, NodeStamp, Page, Progress, StoreError, TaskEnd, TaskFilter, TaskRow, TaskState, rows,
};

const COLUMNS: &str = "uuid, node, driver, method, request_id, caller, server, started_at, finished_at, state, error,
    progress_done, progress_total, progress_text";

pub(super) fn start(connection: &Connection, task: &TaskRow) -> Result<(), Fault> {
    let started = connection
        .prepare_cached(
            "INSERT INTO tasks (uuid, node, driver, method, request_id, caller, server, started_at, state)
             VALUES (:uuid, :node, :driver, :method, :request_id, :caller, :server, :started_at, 'running')
             ON CONFLICT (uuid) DO NOTHING",
        )?
        .execute(named_params! {
            ":uuid": id_text(task.uuid),
            ":node": task.node.map(id_text),
            ":driver": task.driver,
            ":method": task.method,
            ":request_id": task.request_id,
            ":caller": task.caller,
            ":server": task.server,
            ":started_at": time_to_text(task.started_at),
        })?;
    if started == 0 {
        return Err(StoreError::UuidTaken {
            what: "task",
            id: task.uuid,
        }
        .into());
    }
    Ok(())
}

pub(super) fn progress(connection: &Connection, id: Uuid, progress: &Progress) -> Result<(), Fault> {
    let noted = connection
        .prepare_cached(
            "UPDATE tasks SET progress_done = ?2, progress_total = ?3, progress_text = ?4
             WHERE uuid = ?1 AND state = 'running'",
        )?
        .execute((
            id_text(id),
            to_integer(progress.done),
            to_integer(progress.total),
            cut(&progress.text, rows::PROGRESS_BYTES_MAX),
        ))?;
    if noted == 0 {
        Err(not_running(connection, id)?)
    } else {
        Ok(())
    }
}

/// `change` is prepared: its record is at the revision it will have.
pub(super) fn finish(
    connection: &Connection,
    id: Uuid,
    end: &TaskEnd,
    change: &NodeChange,
) -> Result<Option<NodeStamp>, Fault> {
    let progress = end.progress.as_ref();
    let finished: Option<Option<String>> = connection
        .prepare_cached(
            "UPDATE tasks SET state = ?2, error = ?3, finished_at = ?4,
                 progress_done = coalesce(?5, progress_done), progress_total = coalesce(?6, progress_total),
                 progress_text = coalesce(?7, progress_text)
             WHERE uuid = ?1 AND state = 'running'
             RETURNING node",
        )?
        .query_row(
            (
                id_text(id),
                end.state.as_str(),
                end.error.as_deref().map(|text| cut(text, rows::ERROR_BYTES_MAX)),
                time_to_text(end.finished_at),
                progress.map(|progress| to_integer(progress.done)),
                progress.map(|progress| to_integer(progress.total)),
                progress.map(|progress| cut(&progress.text, rows::PROGRESS_BYTES_MAX)),
            ),
            |row| row.get(0),
        )
        .optional()?;
    let Some(node) = finished else {
        return Err(not_running(connection, id)?);
    };
    match change {
        NodeChange::None => Ok(None),
        NodeChange::Record(node) => {
            nodes::update(connection, node)?;
            Ok(Some(nodes::stamp(node)))
        }
        NodeChange::LastError(text) => {
            let Some(node) = node.and_then(|node| node.parse().ok()) else {
                return Ok(None);
            };
            let text = text.as_deref().map(|text| cut(text, rows::ERROR_BYTES_MAX));
            nodes::set_last_error(connection, node, text.as_deref(), end.finished_at)
        }
    }
}

/// Every running task, whoever ran it: this file is open in one process only, which has just started.
pub(super) fn interrupt_all(connection: &Connection, at: Timestamp) -> Result<Vec<Interrupted>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM tasks WHERE state = 'running' ORDER BY id");
    let running: Vec<TaskRow> = connection
        .prepare(&sql)?
        .query_map([], from_row)?
        .collect::<rusqlite::Result<_>>()?;
    let mut interrupted = Vec::with_capacity(running.len());
    for mut task in running {
        let error = format!(
            "{}{}) was interrupted by the loss of server {} at {}; its outcome is unknown",
            interruption_of(&task.method),
            task.uuid,
            task.server,
            time_to_words(at)
        );
        let end = TaskEnd {
            state: TaskState::Interrupted,
            error: Some(error.clone().into()),
            finished_at: at,
            progress: None,
        };
        let node = finish(connection, task.uuid, &end, &NodeChange::LastError(Some(error.into())))?;
        task.state = end.state;
        task.error = end.error;
        task.finished_at = Some(time_as_kept(at));
        interrupted.push(Interrupted { task, node });
    }
    Ok(interrupted)
}

pub(super) fn get(connection: &Connection, id: Uuid) -> Result<TaskRow, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM tasks WHERE uuid = ?1");
    let task = connection
        .prepare_cached(&sql)?
        .query_row([id_text(id)], from_row)
        .optional()?;
    task.ok_or_else(|| not_found(id).into())
}

pub(super) fn list(connection: &Connection, filter: &TaskFilter, page: Page) -> Result<Vec<TaskRow>, Fault> {
    let mut conditions: Vec<&str> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    if let Some(marker) = page.marker {
        let place: Option<i64> = connection
            .prepare_cached("SELECT id FROM tasks WHERE uuid = ?1")?
            .query_row([id_text(marker)], |row| row.get(0))
            .optional()?;
        conditions.push("id < ?");
        values.push(place.ok_or_else(|| not_found(marker))?.into());
    }
    if let Some(node) = filter.node {
        conditions.push("node = ?");
        values.push(id_text(node).into());
    }
    match filter.state {
        None => {}
        // Written out, for the index of running tasks.
        Some(TaskState::Running) => conditions.push("state = 'running'"),
        Some(state) => {
            conditions.push("state = ?");
            values.push(state.as_str().to_owned().into());
        }
    }
    if let Some(driver) = &filter.driver {
        conditions.push("driver = ?");
        values.push(driver.to_string().into());
    }
    if let Some(method) = &filter.method {
        conditions.push("method = ?");
        values.push(method.to_string().into());
    }
    if let Some(since) = filter.since {
        conditions.push("started_at >= ?");
        values.push(time_to_text(since).into());
    }
    let conditions = if conditions.is_empty() {
        String::new()
    } else {
        format!("WHERE {}", conditions.join(" AND "))
    };
    values.push(i64::from(page.limit).into());
    let sql = format!("SELECT {COLUMNS} FROM tasks {conditions} ORDER BY id DESC LIMIT ?");
    let tasks = connection
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), from_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(tasks)
}

fn not_running(connection: &Connection, id: Uuid) -> Result<Fault, Fault> {
    let state = get(connection, id)?.state;
    Ok(StoreError::TaskFinal { id, state }.into())
}

fn not_found(id: Uuid) -> StoreError {
    StoreError::NotFound { what: "task", id }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    let state = text_at(row, 9)?;
    let progress = match (row.get::<_, Option<i64>>(11)?, row.get::<_, Option<i64>>(12)?) {
        (Some(done), Some(total)) => Some(Progress {
            done: done.cast_unsigned(),
            total: total.cast_unsigned(),
            text: optional_text_at(row, 13)?.unwrap_or_default(),
        }),
        _ => None,
    };
    Ok(TaskRow {
        uuid: id_at(row, 0)?,
        node: optional_id_at(row, 1)?,
        driver: text_at(row, 2)?.into(),
        method: text_at(row, 3)?.into(),
        request_id: text_at(row, 4)?.into(),
        caller: optional_text_at(row, 5)?,
        server: text_at(row, 6)?.into(),
        started_at: time_at(row, 7)?,
        finished_at: optional_time_at(row, 8)?,
        state: TaskState::from_text(state)
            .ok_or_else(|| failure(9, std::io::Error::other(format!("no task state is called {state}"))))?,
        error: optional_text_at(row, 10)?,
        progress,
    })
}

/// SQLite's integers are signed; a count beyond them is as good as the largest.
fn to_integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
