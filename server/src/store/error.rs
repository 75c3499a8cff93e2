//! What can go wrong with the store. The server maps the kinds to statuses; the texts carry the file and
//! the way out. Nothing here names a database product's own error type.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::rows::TaskState;

/// The cause behind an error, shared by all the calls it ended.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Why an operation was not carried out. Except for `Broken`, where nobody can know, nothing was changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{what} {id} is not known")]
    NotFound { what: &'static str, id: Uuid },

    #[error("node {id} was changed meanwhile: revision {expected} was expected, {found} is stored; read it again")]
    MovedRevision { id: Uuid, expected: u64, found: u64 },

    #[error("A node with name {name} already exists.")]
    NameTaken { name: Box<str> },

    #[error("A {what} with UUID {id} already exists.")]
    UuidTaken { what: &'static str, id: Uuid },

    /// Refused before the store is asked.
    #[error("there are {max} nodes, more may not be; conductor.nodes_max is the bound")]
    TooManyNodes { max: usize },

    /// Refused before the store is asked.
    #[error(
        "driver_info, driver_internal_info, properties and extra have {bytes} bytes as JSON, a node may have {max}; \
         conductor.node_size_max is the bound"
    )]
    NodeTooLarge { bytes: usize, max: usize },

    #[error("task {id} has ended as {state} and never changes again")]
    TaskFinal { id: Uuid, state: TaskState },

    #[error("no space is left for {path}: nothing is stored until space is freed; then the store goes on by itself", path = path.display())]
    Full { path: Arc<Path> },

    #[error(
        "{path} was locked for more than {waited:?}: another program writes to it, perhaps an sqlite3 shell in an open transaction; close it",
        path = path.display()
    )]
    Busy { path: Arc<Path>, waited: Duration },

    #[error("the store did not finish a small write within {limit:?}")]
    Slow { limit: Duration },

    #[error("the store is closed")]
    Closed,

    /// Whether the last changes are on disk is unknown, so nothing is accepted any more.
    #[error("{path} cannot be relied on any more: {cause}; the server must be restarted, which checks it", path = path.display())]
    Broken {
        path: Arc<Path>,
        #[source]
        cause: Cause,
    },

    #[error("{path}: {cause}", path = path.display())]
    Failed {
        path: Arc<Path>,
        #[source]
        cause: Cause,
    },

    #[error(transparent)]
    Refused(Arc<Refusal>),
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Arc::new(refusal))
    }
}

/// Why a store was not opened, or a backup not made.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error(
        "{path} is in use by {holder}; two servers must not share it: stop that one, or give this one another state directory",
        path = path.display()
    )]
    Held { path: Box<Path>, holder: Box<str> },

    #[error(
        "{path} has schema {found} (written by bessemer {writer}), this bessemer {program} knows schemas up to {known}; \
         run a version that knows it, or restore a backup from before the upgrade",
        path = path.display()
    )]
    NewerSchema {
        path: Box<Path>,
        found: u32,
        known: u32,
        writer: Box<str>,
        program: &'static str,
    },

    #[error(
        "{path}: migration {version} ({name}) is not the one this program has: the file was made by a modified build; \
         use that build, or restore a backup",
        path = path.display()
    )]
    ChangedMigration {
        path: Box<Path>,
        version: u32,
        name: Box<str>,
    },

    #[error(
        "{path} is damaged: {finding}; {way_out}; `bessemer db check` lists all the damage",
        path = path.display(), way_out = to_restore(path)
    )]
    Damaged { path: Box<Path>, finding: Box<str> },

    #[error("there is no database {path}", path = path.display())]
    Missing { path: Box<Path> },

    #[error("{path} is not a database; move it away, or give another state directory", path = path.display())]
    NotADatabase { path: Box<Path> },

    #[error("{path} is a database of another program; move it away, or give another state directory", path = path.display())]
    Foreign { path: Box<Path> },

    #[error("{path} is a directory; the database is a file: give another path", path = path.display())]
    IsDirectory { path: Box<Path> },

    #[error("{path} is not a directory; move it away, or give another state directory", path = path.display())]
    NotADirectory { path: Box<Path> },

    #[error("{path} cannot be written; give this user the right to, or give another state directory", path = path.display())]
    NotWritable {
        path: Box<Path>,
        #[source]
        cause: Cause,
    },

    #[error("no space is left for {path}; free some, then start again", path = path.display())]
    Full { path: Box<Path> },

    #[error(
        "{path} was locked for more than {waited:?}: another program writes to it, perhaps an sqlite3 shell in an open transaction; \
         close it, then start again",
        path = path.display()
    )]
    Busy { path: Box<Path>, waited: Duration },

    #[error("{path} already exists; a backup overwrites nothing", path = path.display())]
    Exists { path: Box<Path> },

    #[error("{path}: {cause}", path = path.display())]
    Other {
        path: Box<Path>,
        #[source]
        cause: Cause,
    },
}

/// How a backup takes the place of a database.
pub fn to_restore(path: &Path) -> String {
    let path = path.display();
    format!(
        "to restore: stop every server, move {path} and the files {path}-wal and {path}-shm away, \
         copy a backup to {path}, start again"
    )
}

impl Refusal {
    /// What the operating system's answer about `path` means.
    pub(super) fn from_io(path: &Path, cause: io::Error) -> Self {
        let path = path.into();
        match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::NotWritable {
                path,
                cause: Arc::new(cause),
            },
            io::ErrorKind::IsADirectory => Self::IsDirectory { path },
            io::ErrorKind::NotADirectory => Self::NotADirectory { path },
            _ => Self::Other {
                path,
                cause: Arc::new(cause),
            },
        }
    }
}
