//! The kit's clock. It stands still while anything runs. When all the calls on it wait for the clock and for
//! nothing else, it jumps to the next thing due; while one waits for something outside (a socket, a thread), it
//! runs as real time does, so that no time-out comes before the answer. A held clock moves only as far as the
//! test says.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::piece::own;
use super::sync::Mutex;

/// The time of calls under test: `call.sleep`, `call.deadline` and `call.remaining` go by it.
///
/// Each call has its own unless it is given one with [`Request::clock`](super::Request::clock): to let several
/// calls, one after another or at once, live in the same time, or to hold it.
///
/// A clock jumps: a method that sleeps for half an hour is tested in microseconds. While a method waits for
/// something that the kit does not know, such as a socket, the clock runs as real time does.
///
/// ```
/// use std::time::Duration;
/// use bessemer::testing::Clock;
///
/// let clock = Clock::new();
/// clock.advance(Duration::from_secs(20));
/// assert_eq!(clock.elapsed(), Duration::from_secs(20));
/// ```
#[derive(Clone)]
pub struct Clock {
    shared: Arc<Shared>,
}

struct Shared {
    zero: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The time since `zero`.
    time: Duration,
    /// Since when real time passes in addition.
    real_since: Option<Instant>,
    /// How far the clock may move; `None` for as far as it likes.
    limit: Option<Duration>,
    timers: BTreeMap<(Duration, u64), Waker>,
    parties: BTreeMap<u64, (Doing, Waker)>,
    next_id: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Runs,
    /// Waits for the clock and for nothing else.
    Waits,
    WaitsOutside,
}

/// What becomes of one who waits.
pub(super) enum Wait {
    /// Something is due: look again.
    Moved,
    /// Somebody will wake it; if the clock runs as real time does, its next timer is due after this.
    Until(Option<Duration>),
    /// Nothing will ever wake it.
    Stuck,
}

impl Clock {
    /// A clock that jumps.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                zero: Instant::now(),
                state: Mutex::new(State::default()),
            }),
        }
    }

    /// A clock that moves only by [`Clock::advance`].
    #[must_use]
    pub fn held() -> Self {
        let clock = Self::new();
        clock.hold();
        clock
    }

    /// From now on the clock moves only by [`Clock::advance`].
    pub fn hold(&self) {
        let mut state = self.shared.state.lock();
        state.settle();
        state.limit = Some(state.time);
        state.settle();
    }

    /// From now on the clock jumps by itself.
    pub fn release(&self) {
        let mut state = self.shared.state.lock();
        state.settle();
        state.limit = None;
        let woken = state.all_run();
        drop(state);
        wake(woken);
    }

    /// Moves the time. What is due meanwhile happens in its order and at its own time, as soon as the calls on
    /// the clock are polled: [`Running::advance`](super::Running::advance) does both.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.shared.state.lock();
        state.settle();
        match &mut state.limit {
            Some(limit) => *limit += duration,
            None => state.time += duration,
        }
        if state.parties.is_empty() {
            state.time = state.limit.unwrap_or(state.time);
        }
        let mut woken = state.take_due();
        woken.extend(state.all_run());
        drop(state);
        wake(woken);
    }

    /// The time that passed on the clock.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.shared.state.lock().now()
    }

    pub(super) fn instant(&self, time: Duration) -> Instant {
        self.shared.zero + time
    }

    /// Takes part in moving the clock.
    pub(super) fn party(&self) -> Party {
        let mut state = self.shared.state.lock();
        let id = state.id();
        state.parties.insert(id, (Doing::Runs, Waker::noop().clone()));
        Party {
            clock: self.clone(),
            id,
        }
    }

    /// Something that is due then.
    pub(super) fn timer(&self, due: Duration, waker: Waker) -> Timer {
        let mut state = self.shared.state.lock();
        let key = (due, state.id());
        state.timers.insert(key, waker);
        Timer {
            clock: self.clone(),
            key,
        }
    }

    pub(super) fn sleep(&self, duration: Duration) -> Sleep {
        Sleep {
            due: self.elapsed().saturating_add(duration),
            clock: self.clone(),
            timer: None,
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn now(&self) -> Duration {
        self.time + self.real_since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn anyone(&self, doing: Doing) -> bool {
        self.parties.values().any(|(party, _)| *party == doing)
    }

    /// Takes over the real time that passed, and lets it pass on if it has to.
    fn settle(&mut self) {
        self.time = self.now();
        let runs = self.limit.is_none() && self.anyone(Doing::WaitsOutside);
        self.real_since = runs.then(Instant::now);
    }

    fn set(&mut self, party: u64, doing: Doing) {
        if let Some((entry, _)) = self.parties.get_mut(&party) {
            *entry = doing;
        }
        self.settle();
    }

    fn take_due(&mut self) -> Vec<Waker> {
        let later = self.timers.split_off(&(self.time, u64::MAX));
        let due = std::mem::replace(&mut self.timers, later);
        due.into_values().collect()
    }

    /// After a move nobody is known to wait any more before it looked again.
    fn all_run(&mut self) -> Vec<Waker> {
        let parties = self.parties.values_mut();
        let wakers = parties.map(|(doing, waker)| {
            *doing = Doing::Runs;
            waker.clone()
        });
        let wakers = wakers.collect();
        self.settle();
        wakers
    }
}

fn wake(wakers: Vec<Waker>) {
    for waker in wakers {
        waker.wake();
    }
}

/// One of those who must wait before the clock may jump.
pub(super) struct Party {
    clock: Clock,
    id: u64,
}

impl Party {
    /// It runs; when the clock moves, this is whom to wake.
    pub(super) fn runs(&self, waker: &Waker) {
        let mut state = self.clock.shared.state.lock();
        state.parties.insert(self.id, (Doing::Runs, waker.clone()));
        state.settle();
    }

    /// It waits. The last to wait moves the clock.
    pub(super) fn waits(&self, outside: bool) -> Wait {
        let mut state = self.clock.shared.state.lock();
        let doing = if outside { Doing::WaitsOutside } else { Doing::Waits };
        state.set(self.id, doing);
        let mut woken = state.take_due();
        if woken.is_empty() {
            if state.anyone(Doing::Runs) {
                return Wait::Until(None);
            }
            let next = state.timers.keys().next().map(|(due, _)| *due);
            match (state.limit, next) {
                (None, next) if state.anyone(Doing::WaitsOutside) => {
                    let now = state.time;
                    return Wait::Until(next.map(|due| due.saturating_sub(now)));
                }
                (None, Some(due)) => state.time = due,
                (None, None) => return Wait::Stuck,
                (Some(limit), Some(due)) if due <= limit => state.time = due,
                (Some(limit), _) => {
                    state.time = limit;
                    return Wait::Until(None);
                }
            }
            woken = state.take_due();
        }
        woken.extend(state.all_run());
        drop(state);
        wake(woken);
        Wait::Moved
    }
}

impl Drop for Party {
    fn drop(&mut self) {
        let mut state = self.clock.shared.state.lock();
        state.parties.remove(&self.id);
        state.settle();
        // It may have been the one the others waited for.
        let others: Vec<Waker> = state.parties.values().map(|(_, waker)| waker.clone()).collect();
        drop(state);
        wake(others);
    }
}

/// Something due; taken back when dropped.
pub(super) struct Timer {
    clock: Clock,
    key: (Duration, u64),
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.clock.shared.state.lock().timers.remove(&self.key);
    }
}

/// `call.sleep`. It waits at least once, so that a sleep is always an await that a call can be cancelled at.
pub(super) struct Sleep {
    clock: Clock,
    due: Duration,
    timer: Option<Timer>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.timer.is_some() && self.clock.elapsed() >= self.due {
            return Poll::Ready(());
        }
        let timer = self.clock.timer(self.due, own(cx.waker()));
        self.timer = Some(timer);
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_clock_jumps_when_all_wait_and_not_before() {
        let clock = Clock::new();
        let (one, other) = (clock.party(), clock.party());
        let _due = clock.timer(SECOND, Waker::noop().clone());
        assert!(matches!(one.waits(false), Wait::Until(None)));
        assert!(matches!(other.waits(false), Wait::Moved));
        assert_eq!(clock.elapsed(), SECOND);
    }

    #[test]
    fn a_clock_runs_while_somebody_waits_outside() {
        let clock = Clock::new();
        let party = clock.party();
        let _due = clock.timer(60 * SECOND, Waker::noop().clone());
        assert!(matches!(party.waits(true), Wait::Until(Some(left)) if left > 59 * SECOND));
        assert!(clock.elapsed() < 59 * SECOND);
    }

    #[test]
    fn a_held_clock_moves_to_what_is_due_and_no_further_than_told() {
        let clock = Clock::held();
        let party = clock.party();
        let _due = clock.timer(SECOND, Waker::noop().clone());
        assert!(matches!(party.waits(false), Wait::Until(None)));
        clock.advance(3 * SECOND);
        assert!(matches!(party.waits(false), Wait::Moved));
        assert_eq!(clock.elapsed(), SECOND);
        assert!(matches!(party.waits(false), Wait::Until(None)));
        assert_eq!(clock.elapsed(), 3 * SECOND);
    }
}
