//! What an error of SQLite means for the store, in one place: whether it hits one job, the whole transaction,
//! or ends the store for good.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Error as SqlError, ErrorCode, ffi};

use crate::store::{Refusal, StoreError};

/// What a piece of SQL work can end with.
#[derive(Debug)]
pub(super) enum Fault {
    /// An answer to the caller; the database is well.
    Answer(StoreError),
    /// SQLite's own word.
    Sql(SqlError),
}

impl From<SqlError> for Fault {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Answer(error)
    }
}

/// The error that callers are given.
pub(super) fn to_store_error(error: SqlError, path: &Arc<Path>, waited: Duration) -> StoreError {
    let path = Arc::clone(path);
    match kind(&error) {
        Kind::Full => StoreError::Full { path },
        Kind::Busy => StoreError::Busy { path, waited },
        Kind::Broken | Kind::Damaged | Kind::NotADatabase | Kind::ReadOnly => StoreError::Broken {
            path,
            cause: Arc::new(error),
        },
        Kind::Other => StoreError::Failed {
            path,
            cause: Arc::new(error),
        },
    }
}

/// The same, while nothing is open yet.
pub(super) fn to_refusal(error: SqlError, path: &Path, waited: Duration) -> Refusal {
    let kind = kind(&error);
    let path = path.into();
    match kind {
        Kind::Full => Refusal::Full { path },
        Kind::Busy => Refusal::Busy { path, waited },
        Kind::NotADatabase => Refusal::NotADatabase { path },
        Kind::Damaged => Refusal::Damaged {
            path,
            finding: error.to_string().into(),
        },
        Kind::ReadOnly => Refusal::NotWritable {
            path,
            cause: Arc::new(error),
        },
        Kind::Broken | Kind::Other => Refusal::Other {
            path,
            cause: Arc::new(error),
        },
    }
}

/// Whether it says that no space is left.
pub(super) fn is_full(error: &SqlError) -> bool {
    matches!(kind(error), Kind::Full)
}

enum Kind {
    Full,
    Busy,
    ReadOnly,
    Damaged,
    NotADatabase,
    /// A read or a sync failed: what is on the disk is unknown from here on.
    Broken,
    Other,
}

fn kind(error: &SqlError) -> Kind {
    let SqlError::SqliteFailure(failure, _) = error else {
        return match error {
            // The columns are STRICT and written by this program alone: what does not convert was damaged.
            SqlError::FromSqlConversionFailure(..) | SqlError::InvalidColumnType(..) => Kind::Damaged,
            _ => Kind::Other,
        };
    };
    match failure.code {
        ErrorCode::DiskFull => Kind::Full,
        // The wal-index could not grow: the one I/O error that a full disk causes.
        ErrorCode::SystemIoFailure if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => Kind::Full,
        ErrorCode::SystemIoFailure if failure.extended_code == ffi::SQLITE_IOERR_NOMEM => Kind::Other,
        ErrorCode::SystemIoFailure => Kind::Broken,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Kind::Busy,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Kind::ReadOnly,
        ErrorCode::DatabaseCorrupt => Kind::Damaged,
        ErrorCode::NotADatabase => Kind::NotADatabase,
        _ => Kind::Other,
    }
}

#[cfg(test)]
pub(super) fn sqlite_failure(code: std::ffi::c_int) -> SqlError {
    SqlError::SqliteFailure(ffi::Error::new(code), None)
}
