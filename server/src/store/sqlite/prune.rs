//! Which finished tasks are forgotten, and the SQL for it: in small portions, so that the writer is never kept
//! from its work for long.

use jiff::Timestamp;
use rusqlite::Connection;

use super::fault::Fault;
use crate::store::text::time_to_text;

/// How many rows one job deletes at most.
pub(super) const PORTION: u32 = 500;

/// Whose tasks are counted together.
pub(super) enum Owner {
    Node(String),
    /// The driver's own methods.
    Driver(String),
}

pub(super) fn delete_old(connection: &Connection, finished_before: Timestamp) -> Result<usize, Fault> {
    let deleted = connection
        .prepare_cached(
            "DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)",
        )?
        .execute((time_to_text(finished_before), PORTION))?;
    Ok(deleted)
}

/// Who has more than `tasks_max`. Reads two indexes from end to end, so it is the reader's work.
pub(super) fn crowded(connection: &Connection, tasks_max: u32) -> Result<Vec<Owner>, Fault> {
    let mut owners = Vec::new();
    let mut nodes = connection
        .prepare_cached("SELECT node FROM tasks WHERE node IS NOT NULL GROUP BY node HAVING count(*) > ?1")?;
    for node in nodes.query_map([tasks_max], |row| row.get(0))? {
        owners.push(Owner::Node(node?));
    }
    let mut drivers = connection
        .prepare_cached("SELECT driver FROM tasks WHERE node IS NULL GROUP BY driver HAVING count(*) > ?1")?;
    for driver in drivers.query_map([tasks_max], |row| row.get(0))? {
        owners.push(Owner::Driver(driver?));
    }
    Ok(owners)
}

/// Deletes finished tasks of one owner that have `tasks_max` newer ones.
pub(super) fn delete_excess(connection: &Connection, owner: &Owner, tasks_max: u32) -> Result<usize, Fault> {
    let (whose, name) = match owner {
        Owner::Node(node) => ("node = ?1", node),
        Owner::Driver(driver) => ("node IS NULL AND driver = ?1", driver),
    };
    let sql = format!(
        "DELETE FROM tasks WHERE id IN (
             SELECT id FROM tasks
             WHERE {whose} AND state <> 'running'
               AND id <= (SELECT id FROM tasks WHERE {whose} ORDER BY id DESC LIMIT 1 OFFSET ?2)
             ORDER BY id LIMIT ?3)"
    );
    let deleted = connection.prepare_cached(&sql)?.execute((name, tasks_max, PORTION))?;
    Ok(deleted)
}
