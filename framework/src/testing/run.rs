//! A method that runs: polled, told to stop when its time is over, dropped if it does not listen, joined with what
//! it spawned. The order is the server's (`worker.rs` there): the method before its deadline, grace only for one
//! that asks, spawned work awaited after an end, in the same time, and dropped after a panic or a drop, a plain `fn`
//! never dropped.

use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::clock::{Party, Timer, Wait};
use super::host::TestHost;
use super::piece::{Outer, Piece, panic_text};
use super::sync::Mutex;
use crate::host::{self, BoxFuture, Finished, Host, Ready};

/// How long a method that listens is polled after it was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How many times a run looks around before it lets its runtime do something else.
const TURNS: usize = 32;

/// How a method's run ended.
pub(super) enum End<G> {
    /// It returned; what it acted on is still locked.
    Finished(Finished<G>),
    /// It panicked, with this text.
    Panicked(String),
    /// It was dropped: its time was over, or it was cancelled.
    Dropped,
    /// It returned, but work it spawned did not end in the call's time and was dropped.
    Stuck(Finished<G>),
}

/// What is to be run.
pub(super) enum Work<G> {
    /// To be polled.
    Future(BoxFuture<Finished<G>>),
    /// To be given a thread.
    Thread(Box<dyn FnOnce() -> Finished<G> + Send>),
}

impl<G: Send + 'static> Work<G> {
    /// A method and what it acts on.
    pub(super) fn of(ready: Ready<G>, target: G, host: &Arc<TestHost>) -> Self {
        let given: Arc<dyn Host> = Arc::clone(host) as _;
        let call = host::call(given);
        match ready {
            Ready::Async(method) => Self::Future(method.start(target, call)),
            Ready::Blocking(method) => Self::Thread(Box::new(move || method.run(target, call))),
        }
    }
}

/// Where a method is to be disturbed: at which of its awaits, counted from 1, and how.
#[derive(Clone, Copy)]
pub(super) struct StopAt {
    pub(super) wait: usize,
    pub(super) how: How,
}

impl StopAt {
    /// The same, counted from after so many awaits.
    pub(super) fn after(self, waits: usize) -> Option<Self> {
        let wait = self.wait.checked_sub(waits).filter(|wait| *wait > 0)?;
        Some(Self { wait, ..self })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Dropped there.
    Drop,
    /// Told to stop there.
    Tell,
}

/// What was seen of a run beside its end.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen {
    /// How often the method waited.
    pub(super) waits: usize,
    /// Whether it was disturbed where it should be.
    pub(super) stopped: bool,
    /// The longest that one poll kept its thread. Zero for a plain `fn`.
    pub(super) longest_poll: Duration,
}

impl Seen {
    /// Adds what was seen afterwards.
    pub(super) fn and(&mut self, later: Self) {
        self.waits += later.waits;
        self.stopped |= later.stopped;
        self.longest_poll = self.longest_poll.max(later.longest_poll);
    }
}

/// A method that runs.
pub(super) struct Run<'p, G> {
    host: Arc<TestHost>,
    method: Piece<Finished<G>>,
    is_blocking: bool,
    spawned: Vec<Piece<()>>,
    end: Option<End<G>>,
    party: &'p Party,
    _deadline: Timer,
    grace_max: Duration,
    grace: Option<(Duration, Timer)>,
    stop_at: Option<StopAt>,
    seen: Seen,
    alarm: Option<Alarm>,
}

// Nothing in it is pinned in place: the futures are on the heap.
impl<G> Unpin for Run<'_, G> {}

impl<'p, G: Send + 'static> Run<'p, G> {
    pub(super) fn new(work: Work<G>, host: Arc<TestHost>, party: &'p Party, stop_at: Option<StopAt>) -> Self {
        let (future, is_blocking): (BoxFuture<_>, bool) = match work {
            Work::Future(future) => (future, false),
            Work::Thread(run) => (Box::pin(OnAThread::new(run)), true),
        };
        Self {
            method: Piece::new(future, host.outer()),
            is_blocking,
            spawned: Vec::new(),
            end: None,
            party,
            _deadline: host.clock().timer(host.deadline(), Waker::noop().clone()),
            grace_max: GRACE,
            grace: None,
            stop_at,
            seen: Seen::default(),
            alarm: None,
            host,
        }
    }

    /// What is not polled any more once it is to stop, even if the method asked.
    pub(super) fn without_grace(mut self) -> Self {
        self.grace_max = Duration::ZERO;
        self
    }

    fn poll_method(&mut self) {
        if !self.method.is_woken() {
            return;
        }
        match self.method.poll() {
            Poll::Ready(Ok(finished)) => self.end = Some(End::Finished(finished)),
            Poll::Ready(Err(panic)) => self.end = Some(End::Panicked(panic)),
            Poll::Pending => {
                self.seen.waits += 1;
                let here = self.stop_at.filter(|stop| stop.wait == self.seen.waits);
                if let Some(StopAt { how, .. }) = here {
                    self.seen.stopped = true;
                    self.host.cancel();
                    if how == How::Drop {
                        self.drop_method();
                    }
                }
            }
        }
    }

    fn drop_method(&mut self) {
        self.end = Some(match self.method.discard() {
            Ok(()) => End::Dropped,
            Err(panic) => End::Panicked(panic),
        });
    }

    /// What a method left behind has the time that the method itself would have had.
    fn mind_the_time(&mut self) {
        let now = self.host.clock().elapsed();
        if matches!(self.end, Some(End::Panicked(_) | End::Dropped | End::Stuck(_))) || self.is_done() {
            return;
        }
        if !self.host.is_told() && now >= self.host.deadline() {
            self.host.cancel_late();
        }
        if self.host.is_told() && self.grace.is_none() {
            let grace = if self.host.asks() {
                self.grace_max
            } else {
                Duration::ZERO
            };
            let timer = self.host.clock().timer(now + grace, Waker::noop().clone());
            self.grace = Some((now + grace, timer));
            // Polled once more in any case, as the server does.
            self.poll_method();
        }
        let is_over = self.grace.as_ref().is_some_and(|(until, _)| *until <= now);
        if is_over {
            self.give_up();
        }
    }

    /// Drops what can be dropped.
    fn give_up(&mut self) {
        self.end = match self.end.take() {
            None if self.is_blocking => None,
            None => return self.drop_method(),
            Some(End::Finished(finished)) if !self.has_left() => Some(End::Finished(finished)),
            Some(End::Finished(finished)) => Some(self.drop_spawned().unwrap_or(End::Stuck(finished))),
            end => end,
        };
    }

    /// A panic of a destructor, if there is one.
    fn drop_spawned(&mut self) -> Option<End<G>> {
        self.adopt();
        let mut spawned = std::mem::take(&mut self.spawned);
        let panics = spawned.iter_mut().filter_map(|work| work.discard().err());
        panics.last().map(End::Panicked)
    }

    fn adopt(&mut self) {
        let outer = self.host.outer();
        let adopted = self.host.take_spawned().into_iter();
        self.spawned.extend(adopted.map(|work| Piece::new(work, outer)));
    }

    fn has_left(&self) -> bool {
        !self.spawned.is_empty() || self.host.has_spawned()
    }

    fn is_done(&self) -> bool {
        self.end.is_some() && !self.has_left()
    }

    fn poll_spawned(&mut self) {
        self.adopt();
        if matches!(self.end, Some(End::Panicked(_) | End::Dropped | End::Stuck(_))) {
            if let Some(panicked) = self.drop_spawned() {
                self.end = Some(panicked);
            }
            return;
        }
        // Its own panics are caught by `Call::spawn`.
        self.spawned
            .retain_mut(|work| !(work.is_woken() && work.poll().is_ready()));
    }

    fn take_end(&mut self) -> Option<End<G>> {
        if self.is_done() { self.end.take() } else { None }
    }

    fn is_woken(&self) -> bool {
        self.method.is_woken()
            || self.spawned.iter().any(Piece::is_woken)
            || self.host.has_spawned()
            || (self.host.is_told() && self.grace.is_none())
    }

    fn waits_outside(&self) -> bool {
        self.method.waits_outside() || self.spawned.iter().any(Piece::waits_outside)
    }

    fn seen(&self) -> Seen {
        let longest = if self.is_blocking {
            Duration::ZERO
        } else {
            self.method.longest_poll()
        };
        Seen {
            longest_poll: longest,
            ..self.seen
        }
    }
}

impl<G: Send + 'static> Future for Run<'_, G> {
    type Output = (End<G>, Seen);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        this.host.outer().set(cx.waker());
        this.party.runs(cx.waker());
        for _ in 0..TURNS {
            this.poll_method();
            this.mind_the_time();
            this.poll_spawned();
            if let Some(end) = this.take_end() {
                return Poll::Ready((end, this.seen()));
            }
            let outside = this.waits_outside();
            if this.is_woken() {
                continue;
            }
            match this.party.waits(outside) {
                Wait::Moved => {}
                Wait::Until(real) => {
                    if let Some(real) = real {
                        let alarm = this
                            .alarm
                            .get_or_insert_with(|| Alarm::new(Arc::clone(this.host.outer())));
                        alarm.set(real);
                    }
                    return Poll::Pending;
                }
                // Not before its time is over, which is waited for.
                Wait::Stuck => this.give_up(),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A plain `fn`, on a thread of its own.
struct OnAThread<T> {
    run: Option<Box<dyn FnOnce() -> T + Send>>,
    shared: Arc<OfThread<T>>,
}

struct OfThread<T> {
    result: Mutex<Option<thread::Result<T>>>,
    waker: Mutex<Option<Waker>>,
}

impl<T: Send + 'static> OnAThread<T> {
    fn new(run: impl FnOnce() -> T + Send + 'static) -> Self {
        Self {
            run: Some(Box::new(run)),
            shared: Arc::new(OfThread {
                result: Mutex::new(None),
                waker: Mutex::new(None),
            }),
        }
    }
}

impl<T: Send + 'static> Future for OnAThread<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Counted: a thread may do something at any moment.
        *self.shared.waker.lock() = Some(cx.waker().clone());
        if let Some(run) = self.run.take() {
            let shared = Arc::clone(&self.shared);
            thread::spawn(move || {
                let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
                *shared.result.lock() = Some(result);
                if let Some(waker) = shared.waker.lock().take() {
                    waker.wake();
                }
            });
        }
        match self.shared.result.lock().take() {
            Some(Ok(value)) => Poll::Ready(value),
            Some(Err(panic)) => std::panic::resume_unwind(Box::new(panic_text(&*panic))),
            None => Poll::Pending,
        }
    }
}

/// Wakes the run after some real time, on whatever runtime it is.
struct Alarm(mpsc::Sender<Duration>);

impl Alarm {
    fn new(outer: Arc<Outer>) -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut due: Option<Instant> = None;
            loop {
                let left = due.map(|due| due.saturating_duration_since(Instant::now()));
                let told = match left {
                    Some(left) => receiver.recv_timeout(left),
                    None => receiver.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected),
                };
                match told {
                    Ok(after) => due = Some(Instant::now() + after),
                    Err(mpsc::RecvTimeoutError::Timeout) => {
                        due = None;
                        outer.wake();
                    }
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Self(sender)
    }

    fn set(&self, after: Duration) {
        // The thread ends only when this sender does.
        let _ = self.0.send(after);
    }
}
