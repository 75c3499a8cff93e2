//! Work on the whole file that takes long: a backup, a check. Each runs on a thread and a connection of its
//! own, so that neither readers nor writers wait for it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::fault::{Fault, to_refusal};
use super::migrate;
use super::open::{beside, log_path, open_reader};
use crate::store::{Refusal, StoreError};

/// How many findings are listed; a damaged file has them without end.
const FINDINGS_MAX: u32 = 100;

/// Copies the database as it is now. The copy is checked and synced before it gets its name.
pub(super) fn backup(database: &Path, target: &Path, busy_timeout: Duration) -> Result<(), Fault> {
    let refuse = |cause| refusal_of(target, cause);
    if target.try_exists().map_err(refuse)? {
        return Err(StoreError::from(Refusal::Exists { path: target.into() }).into());
    }
    // Of this process alone, and not there yet: it overwrites nothing either.
    let part = beside(target, &format!("{}.part", process::id()));
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
    created.map_err(|cause| refusal_of(&part, cause))?;
    let copied = copy(database, &part, target, busy_timeout);
    if copied.is_err() {
        let _ = fs::remove_file(&part);
    }
    copied
}

/// The same of a file that this process need not have open: it may be missing.
pub(super) fn backup_from_outside(database: &Path, target: &Path, busy_timeout: Duration) -> Result<(), Fault> {
    let visit = Visit::begin(database)?;
    let copied = backup(database, target, busy_timeout);
    visit.end();
    copied
}

fn copy(database: &Path, part: &Path, target: &Path, busy_timeout: Duration) -> Result<(), Fault> {
    // What goes wrong with the copy says nothing about the database.
    let refuse_sql = |error| StoreError::from(to_refusal(error, target, busy_timeout));
    let refuse_io = |cause| refusal_of(target, cause);
    let source = open_reader(database, busy_timeout)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(part, flags).map_err(refuse_sql)?;
    // In one step: a copy in many starts again whenever the writer commits in between.
    let step = Backup::new(&source, &mut copy)
        .and_then(|backup| backup.step(-1))
        .map_err(refuse_sql)?;
    if step != StepResult::Done {
        return Err(StoreError::from(Refusal::Busy {
            path: database.into(),
            waited: busy_timeout,
        })
        .into());
    }
    // One file, not three: a copy is moved about by people.
    let _: String = copy
        .query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))
        .map_err(refuse_sql)?;
    let findings = findings(&copy, "PRAGMA quick_check(1)").map_err(refuse_sql)?;
    if let Some(finding) = findings.into_iter().next() {
        return Err(StoreError::from(Refusal::Damaged {
            path: database.into(),
            finding: finding.into(),
        })
        .into());
    }
    copy.close().map_err(|(_, error)| refuse_sql(error))?;
    File::open(part).and_then(|file| file.sync_all()).map_err(refuse_io)?;
    rename(part, target).map_err(refuse_io)?;
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))
        .and_then(|directory| directory.sync_all())
        .map_err(refuse_io)?;
    Ok(())
}

/// Does not take the place of what has come there meanwhile, where the file system can tell.
fn rename(part: &Path, target: &Path) -> io::Result<()> {
    match renameat_with(CWD, part, CWD, target, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => fs::rename(part, target),
        renamed => Ok(renamed?),
    }
}

/// What is damaged in a file, whether a server has it open or not. Empty: nothing.
pub(super) fn check(database: &Path, busy_timeout: Duration) -> Result<Vec<String>, Fault> {
    let connection = open_reader(database, busy_timeout)?;
    Ok(findings(
        &connection,
        &format!("PRAGMA integrity_check({FINDINGS_MAX})"),
    )?)
}

/// The same of a file that this process need not have open: it may be missing, or be something else.
pub(super) fn check_from_outside(database: &Path, busy_timeout: Duration) -> Result<Vec<String>, Fault> {
    let visit = Visit::begin(database)?;
    let checked = check(database, busy_timeout).and_then(|findings| {
        if findings.is_empty() {
            let connection = open_reader(database, busy_timeout)?;
            migrate::check(&connection, database, migrate::MIGRATIONS, busy_timeout).map_err(StoreError::from)?;
        }
        Ok(findings)
    });
    visit.end();
    match checked {
        Err(Fault::Sql(error)) => match to_refusal(error, database, busy_timeout) {
            // So much so that it could not be looked through.
            Refusal::Damaged { finding, .. } => Ok(vec![finding.into()]),
            refusal => Err(StoreError::from(refusal).into()),
        },
        checked => checked,
    }
}

/// Whoever makes a backup chose the place for it, so it is not that of the state.
fn refusal_of(target: &Path, cause: io::Error) -> StoreError {
    if cause.kind() == io::ErrorKind::AlreadyExists {
        return Refusal::Exists { path: target.into() }.into();
    }
    match Refusal::from_io(target, cause) {
        Refusal::NotWritable { path, cause } => Refusal::Other { path, cause },
        refusal => refusal,
    }
    .into()
}

/// A look at a file from outside.
struct Visit<'a> {
    database: &'a Path,
    had_log: bool,
}

impl<'a> Visit<'a> {
    /// If it is there. Looked at, not opened: to close it again would take away this process's locks on it.
    fn begin(database: &'a Path) -> Result<Self, StoreError> {
        let path = database.into();
        match fs::metadata(database) {
            Ok(file) if file.is_dir() => Err(Refusal::IsDirectory { path }.into()),
            Ok(_) => Ok(Self {
                database,
                had_log: log_path(database).exists(),
            }),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Err(Refusal::Missing { path }.into()),
            Err(cause) => Err(refusal_of(database, cause)),
        }
    }

    /// Even to be read, a database that nobody has open gets an empty log and its index. Who may write takes them away
    /// on leaving, unless somebody has come meanwhile.
    fn end(self) {
        if self.had_log || !log_path(self.database).exists() {
            return;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if let Ok(connection) = Connection::open_with_flags(self.database, flags) {
            // It is opened by its first use. If that fails, they stay, which harms nobody.
            let _ = findings(&connection, "SELECT name FROM sqlite_schema LIMIT 0");
        }
    }
}

fn findings(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let findings: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    // Some come many to a row, under a headline.
    let lines = findings.iter().flat_map(|finding| finding.lines());
    Ok(lines
        .filter(|line| *line != "ok" && !line.starts_with("***"))
        .map(Into::into)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_came_meanwhile_keeps_its_place() {
        let directory = tempfile::tempdir().unwrap();
        let [part, target] = ["part", "target"].map(|name| directory.path().join(name));
        fs::write(&part, "new").unwrap();
        rename(&part, &target).unwrap();
        fs::write(&part, "newer").unwrap();
        let cause = rename(&part, &target).unwrap_err();
        assert!(refusal_of(&target, cause).to_string().contains("already exists"));
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    }
}
