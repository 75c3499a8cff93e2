//! What only this database has: its files, its groups, its faults. The trait's own suite runs first.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Options, SqliteStore};
use crate::store::testing::{Made, store_suite};

mod suite {
    use super::*;

    store_suite!(make);
}

fn make() -> Made {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("bessemer.db"), &options()).unwrap();
    Made {
        store: Arc::new(store),
        keep: Box::new(directory),
    }
}

/// Small and quick.
fn options() -> Options {
    Options {
        reserve_bytes: 64 * 1024,
        ..Options::new("here")
    }
}
