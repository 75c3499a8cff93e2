//! A future of the driver's, polled by the kit, which must know *what it waits for*: for the kit's clock and
//! nothing else, or for something outside that may wake it at any moment (a socket, a channel, a thread).
//!
//! Whoever may wake a future holds a clone of the waker it was polled with. So each poll is given a fresh waker,
//! and a clone that is still alive afterwards means: somebody outside. What belongs to the kit (its timers, the
//! signal of cancellation, the results of spawned work) takes [`own`] instead, which is not counted.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::sync::Mutex;
use super::thread_time::Stopwatch;
use crate::host::BoxFuture;

/// The one who polls the pieces, to be woken when one of them is.
#[derive(Default)]
pub(super) struct Outer(Mutex<Option<Waker>>);

impl Outer {
    pub(super) fn set(&self, waker: &Waker) {
        self.0.lock().clone_from(&Some(waker.clone()));
    }

    pub(super) fn wake(&self) {
        let waker = self.0.lock().clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A future with its waker, its panics caught.
pub(super) struct Piece<T> {
    future: Option<BoxFuture<T>>,
    flag: Arc<Flag>,
    given: Option<Arc<Counted>>,
    /// How many clones of what was given it keeps for itself; see [`keeps_for_itself`].
    kept: usize,
    longest_poll: Duration,
}

struct Flag {
    woken: AtomicBool,
    outer: Arc<Outer>,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.outer.wake();
    }
}

struct Counted(Arc<Flag>);

impl Wake for Counted {
    fn wake(self: Arc<Self>) {
        Arc::clone(&self.0).wake();
    }
}

impl<T> Piece<T> {
    pub(super) fn new(future: BoxFuture<T>, outer: &Arc<Outer>) -> Self {
        Self {
            future: Some(future),
            flag: Arc::new(Flag {
                woken: AtomicBool::new(true),
                outer: Arc::clone(outer),
            }),
            given: None,
            kept: 0,
            longest_poll: Duration::ZERO,
        }
    }

    /// Whether it is to be polled.
    pub(super) fn is_woken(&self) -> bool {
        self.future.is_some() && self.flag.woken.load(Ordering::Acquire)
    }

    /// Polls it. A panic in it is an `Err` with its text.
    pub(super) fn poll(&mut self) -> Poll<Result<T, String>> {
        let Some(future) = &mut self.future else {
            return Poll::Pending;
        };
        self.flag.woken.store(false, Ordering::Release);
        let counted = Arc::new(Counted(Arc::clone(&self.flag)));
        let waker = Waker::from(Arc::clone(&counted));
        let entered = Entered::new(&waker, Waker::from(Arc::clone(&self.flag)));
        let stopwatch = Stopwatch::start();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            future.as_mut().poll(&mut Context::from_waker(&waker))
        }));
        self.longest_poll = self.longest_poll.max(stopwatch.elapsed());
        self.kept = entered.leave();
        drop(waker);
        self.given = Some(counted);
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(self.discard().map(|()| value)),
            Err(panic) => {
                let _ = self.discard();
                Poll::Ready(Err(panic_text(&*panic)))
            }
        }
    }

    /// Drops the future. A destructor that panics is an `Err` with its text.
    pub(super) fn discard(&mut self) -> Result<(), String> {
        let future = self.future.take();
        catch_unwind(AssertUnwindSafe(|| drop(future))).map_err(|panic| panic_text(&*panic))
    }

    /// Whether somebody outside the kit may wake it. To be asked before [`Piece::is_woken`]: whoever woke it and
    /// is gone by now has left the mark.
    pub(super) fn waits_outside(&self) -> bool {
        let clones = self.given.as_ref().map_or(0, |given| Arc::strong_count(given) - 1);
        // Whoever dropped its clone did so after it left the mark.
        fence(Ordering::Acquire);
        self.future.is_some() && clones > self.kept
    }

    /// The longest that one poll kept its thread.
    pub(super) fn longest_poll(&self) -> Duration {
        self.longest_poll
    }
}

/// A panic's message.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a text").into()
}

thread_local! {
    /// The pieces being polled on this thread, the innermost last.
    static POLLED: RefCell<Vec<Polled>> = const { RefCell::new(Vec::new()) };
}

struct Polled {
    /// Its counted waker, by its address.
    counted: *const (),
    /// What stands for that.
    own: Waker,
    kept: usize,
}

struct Entered;

impl Entered {
    fn new(counted: &Waker, own: Waker) -> Self {
        let polled = Polled {
            counted: counted.data(),
            own,
            kept: 0,
        };
        POLLED.with_borrow_mut(|all| all.push(polled));
        Self
    }

    fn leave(self) -> usize {
        POLLED.with_borrow_mut(Vec::pop).map_or(0, |polled| polled.kept)
    }
}

/// Says, in a poll that is not ready, that a future keeps one clone of its waker to wake itself by.
pub(super) fn keeps_for_itself() {
    POLLED.with_borrow_mut(|all| {
        if let Some(polled) = all.last_mut() {
            polled.kept += 1;
        }
    });
}

/// The waker that a future of the kit keeps in place of the one it was polled with.
pub(crate) fn own(waker: &Waker) -> Waker {
    let own = POLLED.with_borrow(|all| {
        let polled = all.iter().find(|polled| polled.counted == waker.data());
        polled.map(|polled| polled.own.clone())
    });
    own.unwrap_or_else(|| waker.clone())
}
