//! The SQL of nodes. JSON objects go in and out as text and are not looked into.

use std::panic::resume_unwind;
use std::thread;

use bessemer::host::{NodeFields, NotAnObject, Object};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::Connect;
use super::fault::Fault;
use super::values::{failure, id_at, id_text, optional_time_at, time_at};
use crate::node::{Frame, Node, TEXTS};
use crate::store::text::{cut, time_as_kept, time_to_text};
use crate::store::{NodeRow, NodeSink, NodeStamp, StoreError, rows};

// The texts in the order of `node::Text`.
const LIST: &str = "
    SELECT uuid, revision, maintenance, created_at, updated_at,
           driver_info, properties, extra, driver_internal_info,
           name, driver, power_state, provision_state, instance_uuid, maintenance_reason, resource_class, description,
           last_error
    FROM nodes WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
const TEXTS_AT: usize = 5;
const OBJECTS_AT: std::ops::Range<usize> = 5..9;

// Numbers, not names: to look up each name takes a third of what SQLite does with the row.
const CREATE: &str = "
    INSERT INTO nodes (uuid, name, revision, driver, instance_uuid, power_state, provision_state, maintenance,
                       maintenance_reason, resource_class, description, last_error, created_at, updated_at,
                       driver_info, properties, extra, driver_internal_info)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";

// `created_at` never changes; it is named so that both statements take the same parameters.
const UPDATE: &str = "
    UPDATE nodes
    SET name = ?2, revision = ?3, driver = ?4, instance_uuid = ?5, power_state = ?6, provision_state = ?7,
        maintenance = ?8, maintenance_reason = ?9, resource_class = ?10, description = ?11, last_error = ?12,
        created_at = ?13, updated_at = ?14, driver_info = ?15, properties = ?16, extra = ?17, driver_internal_info = ?18
    WHERE uuid = ?1 AND revision = ?3 - 1";

/// So many are read sooner than a thread is made for them.
const PART_MIN: i64 = 4096;

/// Gives each of the sinks its part of all nodes, on a thread of its own.
pub(super) fn list_all(connect: Connect<'_>, sinks: Vec<&mut dyn NodeSink>) -> Result<(), Fault> {
    // One by one: each is found at an end of the table, both together by going through all of it.
    let ends = "SELECT ifnull((SELECT min(id) FROM nodes), 0), ifnull((SELECT max(id) FROM nodes), 0)";
    let (first, last): (i64, i64) = connect()?.query_row(ends, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let each = ((last - first) / i64::try_from(sinks.len()).unwrap_or(1) + 1).max(PART_MIN);
    let mut parts = (first..=last)
        .step_by(usize::try_from(each).unwrap_or(usize::MAX))
        .zip(sinks);
    let (_, own) = parts.next().expect("there is a sink");
    let own_end = first + each - 1;
    thread::scope(|scope| {
        let others: Vec<_> = parts
            .map(|(begin, sink)| scope.spawn(move || list(&connect()?, begin, begin + each - 1, sink)))
            .collect();
        list(&connect()?, first, own_end, own)?;
        others
            .into_iter()
            .try_for_each(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

fn list(connection: &Connection, first: i64, last: i64, sink: &mut dyn NodeSink) -> Result<(), Fault> {
    let mut statement = connection.prepare(LIST)?;
    let mut rows = statement.query([first, last])?;
    while let Some(row) = rows.next()? {
        sink.take(from_row(row)?);
    }
    Ok(())
}

/// Keeps `node`, which is at its first revision.
pub(super) fn create(connection: &Connection, node: &NodeRow) -> Result<(), Fault> {
    match write(connection, CREATE, node) {
        Err(error) if is_constraint(&error) => {
            let taken: Option<i64> = connection
                .prepare_cached("SELECT 1 FROM nodes WHERE uuid = ?1")?
                .query_row([id_text(node.id)], |row| row.get(0))
                .optional()?;
            match taken {
                Some(_) => Err(StoreError::UuidTaken {
                    what: "node",
                    id: node.id,
                }
                .into()),
                None => Err(name_taken(node, error)),
            }
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

/// Replaces the node one revision before `node`.
pub(super) fn update(connection: &Connection, node: &NodeRow) -> Result<(), Fault> {
    match write(connection, UPDATE, node) {
        Err(error) if is_constraint(&error) => Err(name_taken(node, error)),
        Err(error) => Err(error.into()),
        Ok(0) => {
            let found: Option<i64> = connection
                .prepare_cached("SELECT revision FROM nodes WHERE uuid = ?1")?
                .query_row([id_text(node.id)], |row| row.get(0))
                .optional()?;
            Err(match found {
                None => not_found(node.id),
                Some(found) => StoreError::MovedRevision {
                    id: node.id,
                    expected: node.revision - 1,
                    found: found.cast_unsigned(),
                },
            }
            .into())
        }
        Ok(_) => Ok(()),
    }
}

pub(super) fn delete(connection: &Connection, id: Uuid) -> Result<(), Fault> {
    let deleted = connection
        .prepare_cached("DELETE FROM nodes WHERE uuid = ?1")?
        .execute([id_text(id)])?;
    if deleted == 0 {
        Err(not_found(id).into())
    } else {
        Ok(())
    }
}

/// `None` if there is no such node.
pub(super) fn set_last_error(
    connection: &Connection,
    id: Uuid,
    last_error: Option<&str>,
    at: Timestamp,
) -> Result<Option<NodeStamp>, Fault> {
    let revision: Option<i64> = connection
        .prepare_cached(
            "UPDATE nodes SET last_error = ?2, updated_at = ?3, revision = revision + 1 WHERE uuid = ?1
             RETURNING revision",
        )?
        .query_row((id_text(id), last_error, time_to_text(at)), |row| row.get(0))
        .optional()?;
    Ok(revision.map(|revision| NodeStamp {
        revision: revision.cast_unsigned(),
        updated_at: Some(time_as_kept(at)),
    }))
}

/// The node as it will be kept. Also renders its objects, so that the caller does it and not the writer.
pub(super) fn prepare(mut node: NodeRow, revision: u64) -> NodeRow {
    for object in objects(&node.fields) {
        let _ = object.text();
    }
    node.revision = revision;
    node.created_at = time_as_kept(node.created_at);
    node.updated_at = node.updated_at.map(time_as_kept);
    node.last_error = node.last_error.map(|text| cut(&text, rows::ERROR_BYTES_MAX).into());
    node
}

pub(super) fn stamp(node: &NodeRow) -> NodeStamp {
    NodeStamp {
        revision: node.revision,
        updated_at: node.updated_at,
    }
}

/// The values in the order of the columns in `CREATE`.
fn write(connection: &Connection, sql: &str, node: &NodeRow) -> rusqlite::Result<usize> {
    let fields = &node.fields;
    let [driver_info, properties, extra, driver_internal_info] = objects(fields).map(Object::text);
    connection.prepare_cached(sql)?.execute(params![
        id_text(node.id),
        fields.name.as_deref(),
        node.revision.cast_signed(),
        &*fields.driver,
        node.instance_uuid.map(id_text),
        fields.power_state.as_deref(),
        &*node.provision_state,
        fields.maintenance,
        node.maintenance_reason.as_deref(),
        node.resource_class.as_deref(),
        node.description.as_deref(),
        node.last_error.as_deref(),
        time_to_text(node.created_at),
        node.updated_at.map(time_to_text),
        driver_info,
        properties,
        extra,
        driver_internal_info,
    ])
}

fn objects(fields: &NodeFields) -> [&Object; 4] {
    [
        &fields.driver_info,
        &fields.properties,
        &fields.extra,
        &fields.driver_internal_info,
    ]
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Node> {
    let mut texts = [None; TEXTS];
    for (index, text) in texts.iter_mut().enumerate() {
        let column = TEXTS_AT + index;
        let bytes = row.get_ref(column)?.as_bytes_or_null();
        *text = bytes.map_err(|error| failure(column, error))?;
    }
    for (column, text) in OBJECTS_AT.zip(&texts) {
        // Looked at no further: a driver that reads it does.
        if !text.is_some_and(|text| text.starts_with(b"{") && text.ends_with(b"}")) {
            return Err(failure(column, NotAnObject));
        }
    }
    let frame = Frame {
        id: id_at(row, 0)?,
        revision: row.get::<_, i64>(1)?.cast_unsigned(),
        maintenance: row.get(2)?,
        created_at: time_at(row, 3)?,
        updated_at: optional_time_at(row, 4)?,
    };
    Node::new(frame, texts).map_err(|error| failure(TEXTS_AT, error))
}

fn name_taken(node: &NodeRow, error: rusqlite::Error) -> Fault {
    match &node.fields.name {
        Some(name) => StoreError::NameTaken { name: name.clone() }.into(),
        // Nothing else is unique; then this is a fault of ours, and its text is the way to it.
        None => error.into(),
    }
}

fn not_found(id: Uuid) -> StoreError {
    StoreError::NotFound { what: "node", id }
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE)
}
