//! How long this thread was kept, without the time that it only stood in line for a core: on a busy machine the
//! wall clock alone would blame a method for its neighbours.

use std::time::{Duration, Instant};

use crate::host::time_in_line;

pub(super) struct Stopwatch {
    started: Instant,
    in_line: Duration,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self {
            in_line: time_in_line(),
            started: Instant::now(),
        }
    }

    /// The time since the start that the thread worked, or waited for something else than a core.
    pub(super) fn elapsed(&self) -> Duration {
        let wall = self.started.elapsed();
        // Reading the file costs more than most polls take.
        if wall < Duration::from_millis(1) {
            return wall;
        }
        wall.saturating_sub(time_in_line().saturating_sub(self.in_line))
    }
}
