//! Opening a database file, or refusing to with the reason and the way out. In this order: the directory, the
//! lock, the file, a look for damage, the schema, the reserve. Nothing is written before the lock is held, and
//! what is found wrong is left as it was found.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::Options;
use super::fault::{is_full, to_refusal};
use super::lock_file::{LastStop, LockFile};
use super::migrate;
use super::reserve::Reserve;
use super::writer::checkpoint;
use crate::store::Refusal;

/// After a long reader the write-ahead log shrinks to this again.
const WAL_BYTES_KEPT: u64 = 64 * 1024 * 1024;
const STATEMENTS_CACHED: usize = 64;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

pub(super) struct Opened {
    pub(super) path: Arc<Path>,
    pub(super) writer: Connection,
    pub(super) reader: Connection,
    pub(super) lock_file: LockFile,
    pub(super) reserve: Reserve,
    /// False: the disk is full already.
    pub(super) has_reserve: bool,
}

/// The path of a file that accompanies the database.
pub(super) fn beside(database: &Path, extension: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".");
    path.push(extension);
    path.into()
}

/// A file that only this user may read.
pub(super) fn open_or_create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

pub(super) fn open(path: &Path, options: &Options) -> Result<Opened, Refusal> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_directory(directory)?;
    let path = &real_path(path, directory)?;
    if path.is_dir() {
        return Err(Refusal::IsDirectory {
            path: path.as_path().into(),
        });
    }
    let (lock_file, last_stop) = LockFile::take(path, &options.server)?;
    match open_locked(path, last_stop, options) {
        Ok((writer, reader)) => {
            let reserve = Reserve::new(path, options.reserve_bytes, options.full_retry);
            let has_reserve = reserve.is_kept();
            Ok(Opened {
                path: path.as_path().into(),
                writer,
                reader,
                lock_file,
                reserve,
                has_reserve,
            })
        }
        Err(refusal) => {
            lock_file.give_up(last_stop);
            Err(refusal)
        }
    }
}

/// A connection that cannot change anything.
pub(super) fn open_reader(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

fn create_directory(directory: &Path) -> Result<(), Refusal> {
    if directory.is_dir() {
        return Ok(());
    }
    let parents: Vec<&Path> = directory
        .ancestors()
        .skip(1)
        .take_while(|parent| !parent.is_dir())
        .collect();
    let created = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    created.map_err(|cause| match obstacle(directory) {
        Some(path) => Refusal::NotADirectory { path: path.into() },
        None => Refusal::from_io(directory, cause),
    })?;
    // What is acknowledged later must not lie in a directory that a power cut takes away.
    for parent in parents.iter().rev().chain(&directory.parent()) {
        sync_directory(parent)?;
    }
    Ok(())
}

/// What stands where a directory should be: the path itself or one above it.
fn obstacle(directory: &Path) -> Option<&Path> {
    let deepest = directory.ancestors().find(|path| fs::symlink_metadata(path).is_ok())?;
    (!deepest.is_dir()).then_some(deepest)
}

fn sync_directory(directory: &Path) -> Result<(), Refusal> {
    let directory = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|cause| Refusal::from_io(directory, cause))
}

/// One file has one lock, by whatever path it is reached.
fn real_path(path: &Path, directory: &Path) -> Result<PathBuf, Refusal> {
    match fs::canonicalize(path) {
        Ok(path) => Ok(path),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            let directory = fs::canonicalize(directory).map_err(|cause| Refusal::from_io(directory, cause))?;
            Ok(directory.join(path.file_name().unwrap_or_default()))
        }
        Err(cause) => Err(Refusal::from_io(path, cause)),
    }
}

fn open_locked(path: &Path, last_stop: LastStop, options: &Options) -> Result<(Connection, Connection), Refusal> {
    let io = |cause| Refusal::from_io(path, cause);
    let sql = |error| to_refusal(error, path, options.busy_timeout);
    // Created here, not by SQLite, for the mode: its companions take theirs from it.
    let mut file = open_or_create(path).map_err(io)?;
    let mut head = Vec::new();
    (&mut file)
        .take(MAGIC.len() as u64)
        .read_to_end(&mut head)
        .map_err(io)?;
    if !head.is_empty() && head != MAGIC {
        return Err(Refusal::NotADatabase { path: path.into() });
    }
    let bytes = file.metadata().map_err(io)?.len();
    drop(file);
    // SQLite syncs the file but not the name of a file it did not create.
    sync_directory(path.parent().unwrap_or(Path::new("/")))?;

    let has_log = fs::metadata(log_path(path)).is_ok_and(|log| log.len() > 0);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut writer = Connection::open_with_flags(path, flags).map_err(sql)?;
    writer.busy_timeout(options.busy_timeout).map_err(sql)?;
    if last_stop == LastStop::Unclean || has_log || bytes <= options.checked_bytes_max {
        check_quickly(&writer, path).map_err(sql)??;
    }
    // Before the first write: a file that is not this program's to change stays as it is.
    let applied = migrate::check(&writer, path, migrate::MIGRATIONS, options.busy_timeout)?;
    prepare_writer(&writer, path).map_err(sql)??;
    if has_log {
        copy_log(&writer).map_err(sql)?;
    }
    migrate::run(&mut writer, path, &migrate::MIGRATIONS[applied..], options.busy_timeout)?;
    let reader = open_reader(path, options.busy_timeout).map_err(sql)?;
    Ok((writer, reader))
}

/// The path of the write-ahead log.
pub(super) fn log_path(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// What the last process left in the log: the count of changes after which that is done begins anew with each process,
/// and if each ended before, the log would grow for ever. On a full disk it stays where it is.
fn copy_log(connection: &Connection) -> rusqlite::Result<()> {
    match checkpoint(connection, "PASSIVE") {
        Err(error) if is_full(&error) => Ok(()),
        copied => copied.map(drop),
    }
}

fn check_quickly(connection: &Connection, path: &Path) -> rusqlite::Result<Result<(), Refusal>> {
    let finding: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if finding == "ok" {
        return Ok(Ok(()));
    }
    Ok(Err(Refusal::Damaged {
        path: path.into(),
        finding: finding.into(),
    }))
}

fn prepare_writer(connection: &Connection, path: &Path) -> rusqlite::Result<Result<(), Refusal>> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Ok(Err(Refusal::Other {
            path: path.into(),
            cause: Arc::new(io::Error::other(
                "this file system cannot share memory between processes, as a write-ahead log needs; give a local directory",
            )),
        }));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // The writer empties the log itself and sees if that fails; SQLite's own way ignores a failed sync.
    connection.query_row("PRAGMA wal_autocheckpoint = 0", [], |_| Ok(()))?;
    connection.query_row(&format!("PRAGMA journal_size_limit = {WAL_BYTES_KEPT}"), [], |_| Ok(()))?;
    Ok(Ok(()))
}
