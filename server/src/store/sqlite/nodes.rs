//! The SQL of nodes. JSON objects go in and out as text and are not looked into.

use std::collections::HashSet;
use std::sync::Arc;

use bessemer::host::{NodeFields, Object};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use uuid::Uuid;

use super::fault::Fault;
use super::values::{failure, id_at, id_text, optional_id_at, optional_text_at, optional_time_at, text_at, time_at};
use crate::node::Node;
use crate::store::text::{cut, time_as_kept, time_to_text};
use crate::store::{NodeStamp, StoreError, rows};

const LIST_ALL: &str = "
    SELECT uuid, name, revision, driver, instance_uuid, power_state, provision_state, maintenance, maintenance_reason,
           resource_class, description, last_error, created_at, updated_at,
           driver_info, properties, extra, driver_internal_info
    FROM nodes ORDER BY id";

const CREATE: &str = "
    INSERT INTO nodes (uuid, name, revision, driver, instance_uuid, power_state, provision_state, maintenance,
                       maintenance_reason, resource_class, description, last_error, created_at, updated_at,
                       driver_info, properties, extra, driver_internal_info)
    VALUES (:uuid, :name, :revision, :driver, :instance_uuid, :power_state, :provision_state, :maintenance,
            :maintenance_reason, :resource_class, :description, :last_error, :created_at, :updated_at,
            :driver_info, :properties, :extra, :driver_internal_info)";

// `created_at` never changes; it is named so that both statements take the same parameters.
const UPDATE: &str = "
    UPDATE nodes
    SET name = :name, revision = :revision, driver = :driver, instance_uuid = :instance_uuid,
        power_state = :power_state, provision_state = :provision_state, maintenance = :maintenance,
        maintenance_reason = :maintenance_reason, resource_class = :resource_class, description = :description,
        last_error = :last_error, created_at = :created_at, updated_at = :updated_at,
        driver_info = :driver_info, properties = :properties, extra = :extra,
        driver_internal_info = :driver_internal_info
    WHERE uuid = :uuid AND revision = :revision - 1";

pub(super) fn list_all(connection: &Connection) -> Result<Vec<Node>, Fault> {
    let count: i64 = connection.query_row("SELECT count(*) FROM nodes", [], |row| row.get(0))?;
    let mut nodes = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let mut words = Words::default();
    let mut statement = connection.prepare(LIST_ALL)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        nodes.push(from_row(row, &mut words)?);
    }
    Ok(nodes)
}

/// Keeps `node`, which is at its first revision.
pub(super) fn create(connection: &Connection, node: &Node) -> Result<(), Fault> {
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
pub(super) fn update(connection: &Connection, node: &Node) -> Result<(), Fault> {
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
pub(super) fn prepare(mut node: Node, revision: u64) -> Node {
    for object in objects(&node.fields) {
        let _ = object.text();
    }
    node.revision = revision;
    node.created_at = time_as_kept(node.created_at);
    node.updated_at = node.updated_at.map(time_as_kept);
    node.last_error = node.last_error.map(|text| cut(&text, rows::ERROR_BYTES_MAX).into());
    node
}

pub(super) fn stamp(node: &Node) -> NodeStamp {
    NodeStamp {
        revision: node.revision,
        updated_at: node.updated_at,
    }
}

fn write(connection: &Connection, sql: &str, node: &Node) -> rusqlite::Result<usize> {
    let fields = &*node.fields;
    let [driver_info, properties, extra, driver_internal_info] = objects(fields).map(Object::text);
    connection.prepare_cached(sql)?.execute(named_params! {
        ":uuid": id_text(node.id),
        ":name": fields.name.as_deref(),
        ":revision": node.revision.cast_signed(),
        ":driver": &*fields.driver,
        ":instance_uuid": node.instance_uuid.map(id_text),
        ":power_state": fields.power_state.as_deref(),
        ":provision_state": &*node.provision_state,
        ":maintenance": fields.maintenance,
        ":maintenance_reason": node.maintenance_reason.as_deref(),
        ":resource_class": node.resource_class.as_deref(),
        ":description": node.description.as_deref(),
        ":last_error": node.last_error.as_deref(),
        ":created_at": time_to_text(node.created_at),
        ":updated_at": node.updated_at.map(time_to_text),
        ":driver_info": driver_info,
        ":properties": properties,
        ":extra": extra,
        ":driver_internal_info": driver_internal_info,
    })
}

fn objects(fields: &NodeFields) -> [&Object; 4] {
    [
        &fields.driver_info,
        &fields.properties,
        &fields.extra,
        &fields.driver_internal_info,
    ]
}

fn from_row(row: &Row<'_>, words: &mut Words) -> rusqlite::Result<Node> {
    let id = id_at(row, 0)?;
    Ok(Node {
        id,
        fields: Arc::new(NodeFields {
            uuid: id_text(id).into(),
            name: optional_text_at(row, 1)?,
            driver: words.share(text_at(row, 3)?),
            driver_info: object_at(row, 14)?,
            properties: object_at(row, 15)?,
            extra: object_at(row, 16)?,
            driver_internal_info: object_at(row, 17)?,
            power_state: optional_text_at(row, 5)?,
            maintenance: row.get(7)?,
        }),
        revision: row.get::<_, i64>(2)?.cast_unsigned(),
        instance_uuid: optional_id_at(row, 4)?,
        provision_state: words.share(text_at(row, 6)?),
        maintenance_reason: optional_text_at(row, 8)?,
        resource_class: optional_text_at(row, 9)?,
        description: optional_text_at(row, 10)?,
        last_error: optional_text_at(row, 11)?,
        created_at: time_at(row, 12)?,
        updated_at: optional_time_at(row, 13)?,
    })
}

fn object_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Object> {
    Object::from_text(text_at(row, column)?.into()).map_err(|error| failure(column, error))
}

fn name_taken(node: &Node, error: rusqlite::Error) -> Fault {
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

/// Texts that many nodes have in common, each kept once.
#[derive(Default)]
struct Words(HashSet<Arc<str>>);

impl Words {
    fn share(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.0.get(word) {
            return Arc::clone(known);
        }
        let word: Arc<str> = word.into();
        self.0.insert(Arc::clone(&word));
        word
    }
}
