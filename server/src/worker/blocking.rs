//! Which methods block. A poll of an `async fn` that takes long keeps a thread of the API from every other call; its
//! method is then known to block for as long as the server lives, so what is found here must be true.
//!
//! The wall clock alone would blame a method for its neighbours: on a busy machine a poll may stand in line for a core
//! for longer than it runs. The thread's CPU clock alone would acquit it: what sleeps uses no CPU. So a long poll by
//! the wall clock makes a method suspect, no more; while it is, the time in line is subtracted. That time is read from a
//! file, which costs as much as many a poll takes: too much to do it for every poll of every method.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bessemer::host::time_in_line;
use parking_lot::Mutex;

/// A longer poll blocks.
const POLL_MAX: Duration = Duration::from_millis(50);

/// The methods of a driver, by their records, of which one poll took long.
pub(super) struct Suspects<M: 'static> {
    methods: Mutex<Vec<&'static M>>,
    /// Whether there are any: asked at every poll.
    any: AtomicBool,
}

impl<M> Default for Suspects<M> {
    fn default() -> Self {
        Self {
            methods: Mutex::default(),
            any: AtomicBool::default(),
        }
    }
}

impl<M> Suspects<M> {
    /// Watches a poll of a method that begins now, on this thread.
    pub(super) fn watch(&self, method: &'static M) -> Watch<'_, M> {
        Watch {
            suspects: self,
            method,
            in_line: self.contain(method).then(time_in_line),
            started: Instant::now(),
        }
    }

    fn contain(&self, method: &'static M) -> bool {
        self.any.load(Ordering::Relaxed) && self.methods.lock().iter().any(|suspect| std::ptr::eq(*suspect, method))
    }

    /// How long a method blocked, if that is certain: by the time that its poll took, and what of it was spent in line,
    /// which is known of suspects only.
    fn judge(&self, method: &'static M, took: Duration, in_line: Option<Duration>) -> Option<Duration> {
        if took <= POLL_MAX {
            return None;
        }
        let mut methods = self.methods.lock();
        methods.retain(|suspect| !std::ptr::eq(*suspect, method));
        let blocked = match in_line {
            Some(in_line) => Some(took.saturating_sub(in_line)).filter(|took| *took > POLL_MAX),
            None => {
                methods.push(method);
                None
            }
        };
        self.any.store(!methods.is_empty(), Ordering::Relaxed);
        blocked
    }
}

/// A poll that is watched.
pub(super) struct Watch<'s, M: 'static> {
    suspects: &'s Suspects<M>,
    method: &'static M,
    /// Of this thread, before the poll.
    in_line: Option<Duration>,
    started: Instant,
}

impl<M> Watch<'_, M> {
    /// The poll is over, and blocked for so long; `None` where it did not, or where that is not certain yet.
    pub(super) fn blocked(self) -> Option<Duration> {
        let took = self.started.elapsed();
        if took <= POLL_MAX {
            return None;
        }
        let in_line = self.in_line.map(|before| time_in_line().saturating_sub(before));
        self.suspects.judge(self.method, took, in_line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Method = &'static str;

    static ONE: Method = "one";
    static OTHER: Method = "other";

    /// Judges polls of so many milliseconds, of which so many were spent in line, each told to be certain or not.
    #[track_caller]
    fn check(suspects: &Suspects<Method>, polls: &[(&'static Method, u64, u64, Option<u64>)]) {
        for (method, took, in_line, blocked) in polls {
            let known = suspects.contain(method).then(|| Duration::from_millis(*in_line));
            let judged = suspects.judge(method, Duration::from_millis(*took), known);
            assert_eq!(judged, blocked.map(Duration::from_millis), "{method} {took} {in_line}");
        }
    }

    #[test]
    fn the_second_long_poll_is_certain() {
        check(
            &Suspects::default(),
            &[(&ONE, 60, 0, None), (&ONE, 1, 0, None), (&ONE, 70, 0, Some(70))],
        );
    }

    #[test]
    fn a_poll_that_stood_in_line_is_acquitted_however_often_it_does() {
        let poll = (&ONE, 600, 560, None);
        check(&Suspects::default(), &[poll; 5]);
    }

    #[test]
    fn a_poll_that_stood_in_line_and_blocked_is_not_acquitted() {
        check(&Suspects::default(), &[(&ONE, 60, 0, None), (&ONE, 90, 30, Some(60))]);
    }

    #[test]
    fn each_method_is_judged_by_itself() {
        let polls = [
            (&ONE, 60, 0, None),
            (&OTHER, 60, 0, None),
            (&ONE, 60, 0, Some(60)),
            (&OTHER, 60, 0, Some(60)),
            (&OTHER, 60, 0, None),
        ];
        check(&Suspects::default(), &polls);
    }

    #[test]
    fn what_sleeps_twice_blocks() {
        let suspects = Suspects::default();
        let slept = || {
            let watch = suspects.watch(&ONE);
            std::thread::sleep(POLL_MAX * 2);
            watch.blocked()
        };
        assert_eq!(slept(), None);
        assert!(slept().is_some_and(|blocked| blocked > POLL_MAX));
    }

    #[test]
    fn the_time_in_line_grows_where_threads_are_many() {
        let before = time_in_line();
        if before.is_zero() && std::fs::metadata("/proc/thread-self/schedstat").is_err() {
            // This system does not tell.
            return;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let enough = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..cores * 2 {
                scope.spawn(|| {
                    while !enough.load(Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                });
            }
            let deadline = Instant::now() + Duration::from_secs(60);
            while time_in_line() == before && Instant::now() < deadline {}
            enough.store(true, Ordering::Relaxed);
        });
        assert!(time_in_line() > before);
    }
}
