//! Work on the whole file that takes long: a backup, a check. Each runs on a thread and a connection of its
//! own, so that neither readers nor writers wait for it.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::fault::{Fault, to_refusal};
use super::open::{beside, open_reader};
use crate::store::{Refusal, StoreError};

/// How many findings are listed; a damaged file has them without end.
const FINDINGS_MAX: u32 = 100;

/// Copies the database as it is now. The copy is checked and synced before it gets its name.
pub(super) fn backup(database: &Path, target: &Path, busy_timeout: Duration) -> Result<(), Fault> {
    let refuse = |cause| StoreError::from(Refusal::from_io(target, cause));
    if target.try_exists().map_err(refuse)? {
        return Err(StoreError::from(Refusal::Exists { path: target.into() }).into());
    }
    let part = beside(target, "part");
    let created = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part);
    created.map_err(refuse)?;
    let copied = copy(database, &part, target, busy_timeout);
    if copied.is_err() {
        let _ = fs::remove_file(&part);
    }
    copied
}

fn copy(database: &Path, part: &Path, target: &Path, busy_timeout: Duration) -> Result<(), Fault> {
    // What goes wrong with the copy says nothing about the database.
    let refuse_sql = |error| StoreError::from(to_refusal(error, target, busy_timeout));
    let refuse_io = |cause| StoreError::from(Refusal::from_io(target, cause));
    let source = open_reader(database, busy_timeout)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(part, flags).map_err(refuse_sql)?;
    // In one step: a copy in many starts again whenever the writer commits in between.
    Backup::new(&source, &mut copy)
        .and_then(|backup| backup.step(-1))
        .map_err(refuse_sql)?;
    // One file, not three: a copy is moved about by people.
    let _: String = copy
        .query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))
        .map_err(refuse_sql)?;
    let findings = findings(&copy, "PRAGMA quick_check(1)").map_err(refuse_sql)?;
    if let Some(finding) = findings.into_iter().next() {
        return Err(StoreError::from(Refusal::Damaged {
            path: target.into(),
            finding: finding.into(),
        })
        .into());
    }
    copy.close().map_err(|(_, error)| refuse_sql(error))?;
    File::open(part).and_then(|file| file.sync_all()).map_err(refuse_io)?;
    fs::rename(part, target).map_err(refuse_io)?;
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))
        .and_then(|directory| directory.sync_all())
        .map_err(refuse_io)?;
    Ok(())
}

/// What is damaged in a file, whether a server has it open or not. Empty: nothing.
pub(super) fn check(database: &Path, busy_timeout: Duration) -> Result<Vec<String>, Fault> {
    let connection = open_reader(database, busy_timeout)?;
    Ok(findings(
        &connection,
        &format!("PRAGMA integrity_check({FINDINGS_MAX})"),
    )?)
}

fn findings(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let findings: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(findings.into_iter().filter(|finding| finding != "ok").collect())
}
