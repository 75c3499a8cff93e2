//! How long this thread was kept, without the time that it only stood in line for a core: on a busy machine the
//! wall clock alone would blame a method for its neighbours.

use std::time::{Duration, Instant};

pub(super) struct Stopwatch {
    started: Instant,
    in_line: Duration,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self {
            in_line: in_line(),
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
        wall.saturating_sub(in_line().saturating_sub(self.in_line))
    }
}

/// The time that this thread ever waited for a core; zero where the system does not tell.
fn in_line() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().nth(1).and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
