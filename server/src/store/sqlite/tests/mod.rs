//! What only this database has: its files, its groups, its faults. The trait's own suite comes first.

mod backup;
mod child;
mod crash;
mod groups;
mod log;
mod model;
mod opening;
mod schema;
mod space;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Options, SqliteStore};
use crate::store::testing::{Made, store_suite};
use crate::store::{Refusal, StoreError};

mod suite {
    use super::*;

    store_suite!(make);
}

fn make() -> Made {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("bessemer.db"));
    Made {
        store: Arc::new(store),
        keep: Box::new(directory),
    }
}

/// Small and quick.
fn options() -> Options {
    Options {
        reserve_bytes: 64 * 1024,
        full_retry: Duration::ZERO,
        busy_timeout: Duration::from_millis(20),
        ..Options::new("here")
    }
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, &options()).unwrap()
}

fn refusal(path: &Path) -> Arc<Refusal> {
    match SqliteStore::open(path, &options()) {
        Err(StoreError::Refused(refusal)) => refusal,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was opened"),
    }
}
