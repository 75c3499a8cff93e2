//! What is counted for each method, in its record: a call that found it has it at hand.

use std::time::Duration;

use super::cells::{Counter, Histogram, Scale};
use super::{CLASSES, Route, class};
use crate::catalogue::Method;
use crate::store::TaskState;

/// What a call, once its method is found, can be answered with. `http/fault.rs` makes no other of an error, which a
/// test holds.
pub(crate) const STATUSES: [u16; 12] = [200, 202, 400, 403, 404, 409, 413, 500, 502, 503, 504, 507];

/// Where each status is counted: its place in [`STATUSES`], or the place behind them.
static PLACES: [u8; 600] = {
    let mut places = [STATUSES.len() as u8; 600];
    let mut at = 0;
    while at < STATUSES.len() {
        places[STATUSES[at] as usize] = at as u8;
        at += 1;
    }
    places
};

/// Of calls: most take less than the first, and none takes longer than the last unless its method is given more time.
static CALLS: Scale<10> = Scale::of_micros([
    1_000,
    5_000,
    25_000,
    100_000,
    500_000,
    1_000_000,
    5_000_000,
    15_000_000,
    60_000_000,
    300_000_000,
]);

/// Of tasks: firmware takes its time.
static TASKS: Scale<9> = Scale::of_micros([
    100_000,
    1_000_000,
    5_000_000,
    15_000_000,
    60_000_000,
    300_000_000,
    900_000_000,
    1_800_000_000,
    7_200_000_000,
]);

/// The ends of tasks, as they are counted.
pub(super) const ENDS: [TaskState; 4] = [
    TaskState::Succeeded,
    TaskState::Failed,
    TaskState::Cancelled,
    TaskState::Interrupted,
];

/// What is counted for one method.
#[derive(Debug)]
pub(crate) struct MethodCounts {
    /// One more than there are statuses: for what should not be.
    answers: [Counter; STATUSES.len() + 1],
    pub(super) took: Histogram<10>,
    /// Calls whose client left before their answer.
    pub(super) left: Counter,
    /// Calls that were told to stop as their time was over.
    pub(crate) late: Counter,
    /// Tasks that began.
    pub(crate) tasks_started: Counter,
    tasks_ended: [Counter; ENDS.len()],
    pub(crate) tasks_took: Histogram<9>,
}

impl Default for MethodCounts {
    fn default() -> Self {
        Self {
            answers: Default::default(),
            took: Histogram::new(&CALLS),
            left: Counter::default(),
            late: Counter::default(),
            tasks_started: Counter::default(),
            tasks_ended: Default::default(),
            tasks_took: Histogram::new(&TASKS),
        }
    }
}

impl MethodCounts {
    /// Tasks that ended so.
    pub(crate) fn tasks_ended(&self, state: TaskState) -> &Counter {
        // No task ends as running.
        let at = ENDS.iter().position(|end| *end == state).unwrap_or_default();
        &self.tasks_ended[at]
    }

    /// Each status that there was, and how often. Zero is for what should not be.
    pub(super) fn answers(&self) -> impl Iterator<Item = (u16, u64)> {
        let statuses = STATUSES.iter().chain([&0]);
        let answers = statuses
            .zip(&self.answers)
            .map(|(status, count)| (*status, count.get()));
        answers.filter(|(_, count)| *count > 0)
    }

    /// The same by classes of statuses.
    pub(super) fn answers_by_class(&self) -> [u64; CLASSES.len()] {
        let mut classes = [0; CLASSES.len()];
        for (status, count) in self.answers() {
            classes[class(status)] += count;
        }
        classes
    }
}

/// What a request turned out to be, for whoever counts it when it is answered. A call whose client leaves is never
/// answered: then this is dropped, and that is counted.
#[derive(Default)]
pub(crate) struct Called<'c> {
    /// What kind of thing is asked for.
    pub(crate) route: Route,
    method: Option<&'c MethodCounts>,
}

impl<'c> Called<'c> {
    /// It is a call of this method.
    pub(crate) fn found(&mut self, method: &'c Method) {
        self.method = Some(method.counts());
    }

    /// Counts it, if a method's record does that.
    ///
    /// # Errors
    /// What it was instead.
    pub(super) fn answered(mut self, status: u16, took: Duration) -> Result<(), Route> {
        let Some(counts) = self.method.take() else {
            return Err(self.route);
        };
        let place = PLACES.get(usize::from(status));
        counts.answers[place.map_or(STATUSES.len(), |place| usize::from(*place))].count();
        counts.took.observe_time(took);
        Ok(())
    }
}

impl Drop for Called<'_> {
    fn drop(&mut self) {
        if let Some(counts) = self.method {
            counts.left.count();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(counts: &MethodCounts) -> Called<'_> {
        Called {
            route: Route::VendorPassthru,
            method: Some(counts),
        }
    }

    #[test]
    fn each_status_has_its_own_count() {
        let counts = MethodCounts::default();
        for (times, status) in STATUSES.iter().enumerate() {
            for _ in 0..=times {
                assert_eq!(called(&counts).answered(*status, Duration::ZERO), Ok(()));
            }
        }
        let answers: Vec<_> = counts.answers().collect();
        let wanted: Vec<_> = STATUSES.iter().copied().zip(1..).collect();
        assert_eq!(answers, wanted);
        assert_eq!(counts.answers_by_class(), [0, 3, 0, 25, 50]);
        assert_eq!(counts.took.read().count, 78);
        assert_eq!(counts.left.get(), 0);
    }

    #[test]
    fn what_should_not_be_is_seen_all_the_same() {
        let counts = MethodCounts::default();
        for status in [418, 999] {
            assert_eq!(called(&counts).answered(status, Duration::ZERO), Ok(()));
        }
        assert_eq!(counts.answers().collect::<Vec<_>>(), [(0, 2)]);
    }

    #[test]
    fn who_left_is_counted_as_that() {
        let counts = MethodCounts::default();
        drop(called(&counts));
        assert_eq!((counts.left.get(), counts.took.read().count), (1, 0));
        // Where no method was found, nobody knows which.
        let unknown = Called {
            route: Route::VendorPassthru,
            method: None,
        };
        let route = unknown.answered(200, Duration::ZERO);
        assert_eq!((route, counts.left.get()), (Err(Route::VendorPassthru), 1));
    }

    #[test]
    fn each_end_of_a_task_has_its_own_count() {
        let counts = MethodCounts::default();
        for (times, end) in ENDS.into_iter().enumerate() {
            (0..=times).for_each(|_| counts.tasks_ended(end).count());
        }
        assert_eq!(ENDS.map(|end| counts.tasks_ended(end).get()), [1, 2, 3, 4]);
    }
}
