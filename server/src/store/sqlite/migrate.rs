//! Brings a database to the schema of this program: numbered scripts, each in a transaction of its own, each
//! noted with its checksum. A script that was released is never edited; a change is a new script. A newer
//! schema than this program knows, or one made by other scripts, is refused.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::fault::to_refusal;
use crate::store::{Refusal, text};

pub(super) struct Migration {
    pub(super) version: u32,
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

pub(super) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "nodes_and_tasks",
    sql: include_str!("migrations/0001_nodes_and_tasks.sql"),
}];

const APPLICATION_ID: i64 = 0x6273_6d72;
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// How many of `migrations`, which count from 1, the file already has. Refuses a file that does not agree with
/// them; changes nothing.
pub(super) fn check(
    connection: &Connection,
    path: &Path,
    migrations: &[Migration],
    waited: Duration,
) -> Result<usize, Refusal> {
    let sql = |error| to_refusal(error, path, waited);
    let application_id: i64 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(sql)?;
    if application_id != APPLICATION_ID {
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(sql)?;
        if application_id == 0 && tables == 0 {
            return Ok(0);
        }
        return Err(Refusal::Foreign { path: path.into() });
    }
    let mut applied = 0;
    for migration in migrations {
        let kept: Option<String> = connection
            .query_row(
                "SELECT checksum FROM schema_migrations WHERE version = ?1",
                [migration.version],
                |row| row.get(0),
            )
            .optional()
            .map_err(sql)?;
        match kept {
            None => break,
            Some(kept) if kept == checksum(migration.sql) => applied += 1,
            Some(_) => {
                return Err(Refusal::ChangedMigration {
                    path: path.into(),
                    version: migration.version,
                    name: migration.name.into(),
                });
            }
        }
    }
    let known = migrations.last().map_or(0, |last| last.version);
    let (found, writer): (u32, String) = connection
        .query_row(
            "SELECT version, program FROM schema_migrations ORDER BY version DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(sql)?;
    if found > known {
        return Err(Refusal::NewerSchema {
            path: path.into(),
            found,
            known,
            writer: writer.into(),
            program: PROGRAM,
        });
    }
    Ok(applied)
}

/// Applies what [`check`] found missing.
pub(super) fn run(
    connection: &mut Connection,
    path: &Path,
    migrations: &[Migration],
    waited: Duration,
) -> Result<(), Refusal> {
    let sql = |error| to_refusal(error, path, waited);
    for migration in migrations {
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sql)?;
        transaction.execute_batch(migration.sql).map_err(sql)?;
        transaction
            .execute(
                "INSERT INTO schema_migrations (version, name, checksum, program, applied_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                (
                    migration.version,
                    migration.name,
                    checksum(migration.sql),
                    PROGRAM,
                    text::time_to_text(Timestamp::now()),
                ),
            )
            .map_err(sql)?;
        transaction.commit().map_err(sql)?;
        tracing::info!(store = %path.display(), version = migration.version, name = migration.name, "schema upgraded");
    }
    Ok(())
}

/// FNV-1a, over the text without carriage returns: a guard against edits, not against forgers.
pub(super) fn checksum(sql: &str) -> String {
    let hash = sql
        .bytes()
        .filter(|byte| *byte != b'\r')
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}
