//! When a group is large enough to be committed. Clients that were answered together come back together, a moment
//! later. Without a wait the first of them would have a commit to itself and all others the next one; so each commit
//! waits for as many as were there around the last one: as long as one takes on this disk, and on while they still come
//! one after another, for a few times as long at most. A busy machine needs that to let all of them come. Where it is in
//! vain, as with clients that do not come back at once, it is tried ever more rarely.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Receiver;

/// A disk that syncs this fast gains nothing by waiting.
const PATIENCE_MIN: Duration = Duration::from_micros(500);

/// How many commits long a wait may become while somebody comes now and then.
const STREAM_MAX: u32 = 4;

/// After how many commits a wait is tried again, at the most.
const PAUSE_MAX: u32 = 16;

/// What the last commits tell of the next one.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// How many jobs the last commit answered, and how many came meanwhile.
    expected: usize,
    /// How long the last two commits took.
    took: [Duration; 2],
    /// For how many commits there is no waiting.
    paused: u32,
    /// How long the last pause was.
    pause: u32,
}

impl Gathering {
    /// Adds to a group those who are likely to come right now. Holds never more than `group_max`.
    pub(super) fn gather<T>(&mut self, queue: &mut Receiver<T>, group: &mut Vec<T>, group_max: usize) {
        let expected = self.expected.min(group_max);
        // One slow commit does not make a slow disk.
        let patience = self.took[0].min(self.took[1]);
        if group.len() >= expected || patience < PATIENCE_MIN {
            return;
        }
        if self.paused > 0 {
            self.paused -= 1;
            return;
        }
        let missing = expected - group.len();
        fill(queue, group, expected, patience);
        // Strangers that come as they please are, in that time, about half as many.
        let in_vain = expected - group.len() > missing / 4;
        self.pause = if in_vain {
            (self.pause * 2).clamp(1, PAUSE_MAX)
        } else {
            0
        };
        self.paused = self.pause;
    }

    /// Notes a commit: how many jobs it answered, how many wait behind it, how long it took.
    pub(super) fn note(&mut self, answered: usize, waiting: usize, took: Duration) {
        self.expected = answered + waiting;
        self.took = [self.took[1], took];
    }
}

/// Until so many have come, or nobody does any more, or the queue is closed.
fn fill<T>(queue: &mut Receiver<T>, group: &mut Vec<T>, expected: usize, patience: Duration) {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let began = Instant::now();
    let mut limit = patience;
    while group.len() < expected {
        let came = queue.poll_recv_many(&mut context, group, expected - group.len());
        let waited = began.elapsed();
        match came {
            Poll::Ready(0) => return,
            Poll::Ready(_) => limit = prolonged(limit, waited, patience),
            Poll::Pending => {
                let left = limit.saturating_sub(waited);
                if left.is_zero() {
                    return;
                }
                thread::park_timeout(left);
            }
        }
    }
}

/// How long is waited in all if somebody comes after so long: who comes next is likely to be as near.
fn prolonged(limit: Duration, waited: Duration, patience: Duration) -> Duration {
    limit.max((waited + patience / 2).min(patience * STREAM_MAX))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{Sender, channel};

    use super::*;

    const SLOW: Duration = Duration::from_secs(60);
    const FAST: Duration = Duration::from_micros(100);

    fn queue() -> (Sender<u8>, Receiver<u8>) {
        channel(16)
    }

    fn after(took: [Duration; 2], expected: usize) -> Gathering {
        Gathering {
            took,
            expected,
            ..Gathering::default()
        }
    }

    #[test]
    fn all_who_were_there_are_waited_for() {
        let (sender, mut queue) = queue();
        let mut gathering = after([SLOW, SLOW], 3);
        let mut group = vec![1];
        thread::scope(|scope| {
            scope.spawn(|| [2, 3, 4].map(|job| sender.blocking_send(job)));
            gathering.gather(&mut queue, &mut group, 16);
        });
        assert_eq!(group, [1, 2, 3]);
        assert_eq!(gathering.paused, 0);
    }

    #[test]
    fn who_is_alone_waits_for_nobody() {
        let (_sender, mut queue) = queue();
        let mut group = vec![1];
        // Each of these would hang.
        after([SLOW, SLOW], 0).gather(&mut queue, &mut group, 16);
        after([SLOW, SLOW], 1).gather(&mut queue, &mut group, 16);
        after([SLOW, SLOW], 9).gather(&mut queue, &mut group, 1);
        after([SLOW, FAST], 9).gather(&mut queue, &mut group, 16);
        after([FAST, SLOW], 9).gather(&mut queue, &mut group, 16);
        assert_eq!(group, [1]);
    }

    #[test]
    fn a_queue_that_is_closed_is_not_waited_for() {
        let (sender, mut queue) = queue();
        sender.try_send(2).unwrap();
        drop(sender);
        let mut group = vec![1];
        after([SLOW, SLOW], 9).gather(&mut queue, &mut group, 16);
        assert_eq!(group, [1, 2]);
    }

    #[test]
    fn waiting_in_vain_is_tried_ever_more_rarely() {
        let (_sender, mut queue) = queue();
        let mut gathering = after([PATIENCE_MIN; 2], 2);
        let mut pauses = Vec::new();
        for _ in 0..100 {
            let paused = gathering.paused;
            gathering.gather(&mut queue, &mut vec![1], 16);
            if paused == 0 {
                pauses.push(gathering.paused);
            }
        }
        assert_eq!(pauses[..6], [1, 2, 4, 8, 16, 16]);
    }

    #[test]
    fn waiting_was_not_in_vain_if_most_have_come() {
        let (sender, mut queue) = queue();
        for (jobs, pause) in [(7, 0), (5, 1), (6, 0)] {
            let mut gathering = after([PATIENCE_MIN; 2], 9);
            (0..jobs).for_each(|job| sender.try_send(job).unwrap());
            gathering.gather(&mut queue, &mut vec![1], 16);
            assert_eq!(gathering.paused, pause, "{jobs} of 8");
        }
    }

    #[test]
    fn a_wait_goes_on_while_somebody_comes_and_not_for_ever() {
        let ms = Duration::from_millis;
        for (limit, waited, expected) in [
            (10, 0, 10),
            (10, 4, 10),
            (10, 9, 14),
            (14, 12, 17),
            (37, 36, 40),
            (40, 39, 40),
        ] {
            assert_eq!(
                prolonged(ms(limit), ms(waited), ms(10)),
                ms(expected),
                "{limit} {waited}"
            );
        }
    }

    #[test]
    fn a_commit_tells_what_to_expect() {
        let mut gathering = Gathering::default();
        gathering.note(1, 63, SLOW);
        gathering.note(63, 1, FAST);
        assert_eq!((gathering.expected, gathering.took), (64, [SLOW, FAST]));
    }
}
