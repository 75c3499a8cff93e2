//! How long this thread stood in line for a core: time that a method is not to blame for. The server and the test kit
//! subtract it from the wall clock's.

use std::time::Duration;

/// The time that this thread ever waited for a core; zero where the system does not tell. It is read from a file, which
/// costs more than most polls take.
#[must_use]
pub fn time_in_line() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().nth(1).and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
