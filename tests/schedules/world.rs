//! What the copies of the locks have in place of a real mutex and a real clock. The mutex checks the laws of what it
//! holds each time it is unlocked, so after every step. Time does not pass: a deadline is a number of polls, and
//! when they happen is the scheduler's to choose, so a deadline may fall between any two steps of others.

use std::future::{Future, poll_fn};
use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::PoisonError;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

/// What can be asked whether it is sound.
pub(crate) trait Lawful {
    /// Panics if a law is broken.
    fn check(&self);
}

/// A mutex whose content is sound whenever it is unlocked.
pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

/// The right to use what a mutex holds.
pub(crate) struct Guard<'a, T: Lawful>(shuttle::sync::MutexGuard<'a, T>);

impl<T: Lawful> Mutex<T> {
    pub(crate) fn new(content: T) -> Self {
        Mutex(shuttle::sync::Mutex::new(content))
    }

    pub(crate) fn lock(&self) -> Guard<'_, T> {
        Guard(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: Lawful> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Lawful> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Lawful> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // One fault is enough to tell of.
        if !std::thread::panicking() {
            self.0.check();
        }
    }
}

/// The deadline of a call that gives up after it was polled so often.
pub(crate) fn polls(count: u32) -> Instant {
    Instant::now() + count * POLL + POLL / 2
}

/// The deadline of a call that waits as long as it takes.
pub(crate) fn never() -> Instant {
    Instant::now() + NEVER
}

/// Long enough that the time a test takes does not matter.
const POLL: Duration = Duration::from_secs(3600);
const NEVER: Duration = Duration::from_secs(3600 * 1_000);

/// The deadline was reached first.
pub(crate) struct Elapsed;

/// Stands in for the function of tokio: what it waits for comes first, then the deadline.
pub(crate) async fn timeout_at<T>(deadline: Instant, work: impl Future<Output = T>) -> Result<T, Elapsed> {
    let left = deadline - Instant::now();
    let mut polls = (left < NEVER / 2).then(|| left.as_secs() / POLL.as_secs());
    let mut work = pin!(work);
    poll_fn(|cx| {
        if let Poll::Ready(value) = work.as_mut().poll(cx) {
            return Poll::Ready(Ok(value));
        }
        match &mut polls {
            None => Poll::Pending,
            Some(0) => Poll::Ready(Err(Elapsed)),
            Some(polls) => {
                *polls -= 1;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}
