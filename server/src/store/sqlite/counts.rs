//! What the threads of an open database count, and the sizes of its files.

use std::path::Path;
use std::time::Duration;

use super::open::log_path;
use crate::metrics::{Counter, Histogram, Scale};
use crate::store::{StoreCounts, StoreError};

/// From a disk that lies to one that is shared.
static TIMES: Scale<10> = Scale::of_micros([
    100, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000,
]);

/// Up to the default of [`Options::batch_max`](super::Options::batch_max).
static CHANGES: Scale<9> = Scale::of_numbers([1, 2, 4, 8, 16, 32, 64, 128, 256]);

pub(super) struct Counts {
    commits: Histogram<10>,
    changes: Histogram<9>,
    full: Counter,
    busy: Counter,
    broken: Counter,
    other: Counter,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            commits: Histogram::new(&TIMES),
            changes: Histogram::new(&CHANGES),
            full: Counter::default(),
            busy: Counter::default(),
            broken: Counter::default(),
            other: Counter::default(),
        }
    }
}

impl Counts {
    /// So many changes were committed together, which took so long.
    pub(super) fn committed(&self, changes: usize, took: Duration) {
        self.changes.observe(changes as u64);
        self.commits.observe_time(took);
    }

    /// How many commits there were.
    pub(super) fn commits(&self) -> u64 {
        self.commits.read().count
    }

    /// Something failed, by no fault of the caller's.
    pub(super) fn failed(&self, error: &StoreError) {
        match error {
            StoreError::Full { .. } => self.full.count(),
            StoreError::Busy { .. } => self.busy.count(),
            StoreError::Broken { .. } => self.broken.count(),
            _ => self.other.count(),
        }
    }

    pub(super) fn read(&self, path: &Path, queued: usize, is_full: bool) -> StoreCounts {
        // A log that is not there is empty.
        let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        StoreCounts {
            commits: self.commits.read(),
            changes: self.changes.read(),
            errors: [
                ("full", self.full.get()),
                ("busy", self.busy.get()),
                ("broken", self.broken.get()),
                ("other", self.other.get()),
            ],
            queued,
            bytes: [("database", bytes(path)), ("log", bytes(&log_path(path)))],
            is_full,
        }
    }
}
