//! Where a method runs and what keeps it in bounds. Each enabled driver has a runtime and a blocking pool of
//! its own, started on first use, so that a driver that blocks stops itself and nothing else. A call's first
//! poll is made in place, with the driver's runtime entered; only what is pending then moves there: most
//! calls never change threads.
//!
//! The law: a lock is never freed under work that may still talk to hardware. What to do with a result is
//! the concern of `dispatch.rs`; which methods block is found in `worker/blocking.rs`.

mod blocking;

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bessemer::host::{self, BoxFuture, Finished, Host, Ready};
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Notify, oneshot};
use tokio::time::{sleep, sleep_until};

use self::blocking::Suspects;
use crate::call::Running;
use crate::catalogue::{Driver, Method};
use crate::config::Conductor;
use crate::signal::Signal;

/// How long a cancelled method is polled before it is dropped.
const GRACE: Duration = Duration::from_secs(10);

/// The same when the server ends, which is waited for.
const GRACE_AT_STOP: Duration = Duration::from_secs(1);

/// A driver's own threads.
pub struct DriverRuntime {
    driver: &'static str,
    threads: usize,
    blocking_threads: usize,
    running: AtomicUsize,
    running_max: usize,
    suspects: Suspects<host::Method>,
    handle: OnceLock<Handle>,
    runtime: Mutex<Option<Runtime>>,
}

impl DriverRuntime {
    pub(crate) fn new(driver: &'static str, limits: &Conductor) -> Self {
        Self {
            driver,
            threads: limits.driver_threads,
            blocking_threads: limits.driver_blocking_threads,
            running: AtomicUsize::new(0),
            running_max: limits.driver_workers_max,
            suspects: Suspects::default(),
            handle: OnceLock::new(),
            runtime: Mutex::new(None),
        }
    }

    /// The runtime, started if it was not.
    ///
    /// # Panics
    /// If the machine gives no thread.
    pub(crate) fn handle(&self) -> &Handle {
        self.handle.get_or_init(|| {
            let runtime = Builder::new_multi_thread()
                .worker_threads(self.threads)
                .max_blocking_threads(self.blocking_threads)
                .thread_name(format!("driver-{}", self.driver))
                .enable_all()
                .build()
                .expect("the machine has a thread left for the driver");
            let handle = runtime.handle().clone();
            *self.runtime.lock() = Some(runtime);
            handle
        })
    }

    /// Ends the threads, waiting this long for those that block. Not to be called on a runtime.
    pub(crate) fn shut_down(&self, patience: Duration) {
        if let Some(runtime) = self.runtime.lock().take() {
            runtime.shutdown_timeout(patience);
        }
    }
}

/// The bound on calls that run at a time, in all and for each driver.
pub(crate) struct Workers {
    running: AtomicUsize,
    running_max: usize,
    /// Raised when whoever still runs is to be cancelled.
    abandoned: Signal,
    /// Somebody waits for the last call to end.
    drains: AtomicBool,
    idle: Notify,
}

/// Leave for one call to run; given back when dropped.
pub(crate) struct Slot {
    workers: Arc<Workers>,
    driver: Arc<Driver>,
}

/// No call may begin now. Nothing was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoWorker;

impl Workers {
    pub(crate) fn new(limits: &Conductor) -> Arc<Self> {
        Arc::new(Self {
            running: AtomicUsize::new(0),
            running_max: limits.workers_pool_size,
            abandoned: Signal::default(),
            drains: AtomicBool::new(false),
            idle: Notify::new(),
        })
    }

    /// Ends when no call runs.
    pub(crate) async fn idle(&self) {
        self.drains.store(true, Ordering::SeqCst);
        let idle = self.idle.notified();
        tokio::pin!(idle);
        idle.as_mut().enable();
        if self.running.load(Ordering::SeqCst) > 0 {
            idle.await;
        }
    }

    /// Cancels all calls that still run; the server ends.
    pub(crate) fn abandon(&self) {
        self.abandoned.raise();
    }

    /// Raised when the server ends and whoever still runs is to be cancelled.
    pub(crate) fn abandonment(&self) -> &Signal {
        &self.abandoned
    }

    /// Whether the server ends.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.is_raised()
    }

    /// Whether a call of this driver could begin: asked before a lock is waited for.
    pub(crate) fn has_room(&self, driver: &Driver) -> bool {
        let runtime = driver.runtime();
        self.running.load(Ordering::Relaxed) < self.running_max
            && runtime.running.load(Ordering::Relaxed) < runtime.running_max
    }

    /// Leave for one call.
    pub(crate) fn begin(self: &Arc<Self>, driver: &Arc<Driver>) -> Result<Slot, NoWorker> {
        take(&self.running, self.running_max)?;
        let runtime = driver.runtime();
        if let Err(full) = take(&runtime.running, runtime.running_max) {
            self.running.fetch_sub(1, Ordering::Relaxed);
            return Err(full);
        }
        Ok(Slot {
            workers: Arc::clone(self),
            driver: Arc::clone(driver),
        })
    }

    /// How many calls run.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }
}

fn take(running: &AtomicUsize, max: usize) -> Result<(), NoWorker> {
    if running.fetch_add(1, Ordering::Relaxed) < max {
        return Ok(());
    }
    running.fetch_sub(1, Ordering::Relaxed);
    Err(NoWorker)
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.driver.runtime().running.fetch_sub(1, Ordering::Relaxed);
        if self.workers.running.fetch_sub(1, Ordering::SeqCst) == 1 && self.workers.drains.load(Ordering::SeqCst) {
            self.workers.idle.notify_waiters();
        }
    }
}

/// How a method's run ended.
pub(crate) enum End<G> {
    /// It returned; what it acted on is still locked.
    Finished(Finished<G>),
    /// It panicked. The text went to the log; its lock is free.
    Panicked,
    /// It was dropped: its time was over, or it was cancelled. Its lock is free.
    Dropped,
}

/// Runs a method to its end, whoever still waits for it. Panics are contained; at the deadline, or when the
/// call is cancelled, an `async fn` gets some grace and is then dropped, while a plain `fn` is waited for.
pub(crate) async fn supervise<G: Send + 'static>(
    ready: Ready<G>,
    target: G,
    call: &Arc<Running>,
    driver: &Driver,
    method: &Method,
    workers: &Workers,
) -> End<G> {
    let given: Arc<dyn Host> = Arc::clone(call) as _;
    let given = host::call(given);
    // What is needed only by calls that are not ready at once is on the heap: this future is made for every call.
    let end = match ready {
        Ready::Async(function) => {
            // Nothing of the author's runs in `start`: it only builds the future.
            let mut run = Contained {
                run: Some(function.start(target, given)),
                driver,
                method,
            };
            match poll_fn(|cx| Poll::Ready(Pin::new(&mut run).poll(cx))).await {
                Poll::Ready(end) => end,
                Poll::Pending => Box::pin(watch(run, call, workers)).await,
            }
        }
        Ready::Blocking(function) => {
            let run = move || function.run(target, given);
            Box::pin(on_a_thread(run, call, driver.runtime().handle(), workers)).await
        }
    };
    if call.has_spawned() {
        match end {
            End::Finished(_) => Box::pin(call.join_spawned()).await,
            End::Panicked | End::Dropped => Box::pin(call.abort_spawned()).await,
        }
    }
    end
}

/// Polls a method to its end, or to that of its time.
async fn watch<G>(mut run: Contained<'_, G>, call: &Running, workers: &Workers) -> End<G> {
    tokio::select! {
        biased;
        end = &mut run => end,
        () = sleep_until(call.deadline()) => {
            call.cancel_late();
            after_grace(&mut run, call, GRACE).await
        }
        () = call.cancellation().raised() => after_grace(&mut run, call, GRACE).await,
        () = workers.abandoned.raised() => {
            call.cancel();
            after_grace(&mut run, call, GRACE_AT_STOP).await
        }
    }
}

/// Runs a plain `fn` where it may block, and waits for it however long it takes.
async fn on_a_thread<G: Send + 'static>(
    run: impl FnOnce() -> Finished<G> + Send + 'static,
    call: &Running,
    handle: &Handle,
    workers: &Workers,
) -> End<G> {
    let mut thread = handle.spawn_blocking(move || catch_unwind(AssertUnwindSafe(run)));
    let joined = tokio::select! {
        biased;
        joined = &mut thread => joined,
        () = sleep_until(call.deadline()) => {
            call.cancel_late();
            tracing::warn!(
                request_id = %call.request_id(), driver = call.driver(), method = call.method(),
                "the method's time is over, but a plain fn cannot be stopped: its lock stays until it returns"
            );
            thread.await
        }
        () = workers.abandoned.raised() => {
            call.cancel();
            thread.await
        }
    };
    match joined {
        Ok(Ok(finished)) => End::Finished(finished),
        Ok(Err(panic)) => panicked(&*panic, call),
        // The pool is shut down: the closure, and the lock in it, was dropped unrun.
        Err(_) => End::Dropped,
    }
}

/// Lets a method that was told to stop do so, and drops it if it does not, or does not listen.
async fn after_grace<G>(run: &mut Contained<'_, G>, call: &Running, grace: Duration) -> End<G> {
    let grace = if call.asks() { grace } else { Duration::ZERO };
    tokio::select! {
        biased;
        end = &mut *run => end,
        () = sleep(grace) => {
            run.drop_run();
            End::Dropped
        }
    }
}

/// A method's future: its panics are caught, its polls are watched.
struct Contained<'a, G> {
    run: Option<host::BoxFuture<Finished<G>>>,
    driver: &'a Driver,
    method: &'a Method,
}

impl<G> Contained<'_, G> {
    /// Drops the future. A destructor that panics is contained as well.
    fn drop_run(&mut self) {
        let run = self.run.take();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(move || drop(run))) {
            tracing::error!(
                driver = self.driver.record().name,
                method = self.method.record().name,
                panic = text(&*panic),
                "panic"
            );
        }
    }

    /// Names it in the log; it is not polled in place again.
    fn note_blocking(&self, blocked: Duration) {
        if self.method.note_blocking() {
            tracing::warn!(
                driver = self.driver.record().name,
                method = self.method.record().name,
                blocked_ms = u64::try_from(blocked.as_millis()).unwrap_or(u64::MAX),
                "an async fn blocked its thread; write it as a plain fn, or await where it waits. \
                 From now on it starts on its driver's own threads"
            );
        }
    }
}

impl<G> Future for Contained<'_, G> {
    type Output = End<G>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<End<G>> {
        let this = &mut *self;
        let Some(run) = this.run.as_mut() else {
            return Poll::Ready(End::Dropped);
        };
        let suspects = &this.driver.runtime().suspects;
        // What is known to block need not be found out again.
        let watch = (!this.method.blocks()).then(|| suspects.watch(this.method.record()));
        let polled = catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(cx)));
        if let Some(blocked) = watch.and_then(|watch| watch.blocked()) {
            this.note_blocking(blocked);
        }
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(finished)) => Poll::Ready(End::Finished(finished)),
            Err(panic) => {
                tracing::error!(
                    driver = this.driver.record().name,
                    method = this.method.record().name,
                    panic = text(&*panic),
                    "panic"
                );
                this.drop_run();
                Poll::Ready(End::Panicked)
            }
        }
    }
}

fn panicked<G>(panic: &(dyn Any + Send), call: &Running) -> End<G> {
    tracing::error!(
        request_id = %call.request_id(), driver = call.driver(), method = call.method(), panic = text(panic), "panic"
    );
    End::Panicked
}

/// A panic's message.
pub(crate) fn text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a text")
}

/// Runs work that must reach its end whoever waits for it: first here, with the driver's runtime entered, and
/// there if it is not ready at once.
///
/// `None` if the runtime was shut down under the work.
pub(crate) async fn in_place_or_there<T: Send + 'static>(handle: &Handle, work: BoxFuture<T>) -> Option<T> {
    let mut work = Some(work);
    let mut moved: Option<oneshot::Receiver<T>> = None;
    poll_fn(move |cx| {
        if let Some(mut run) = work.take() {
            let ready = {
                let _entered = handle.enter();
                run.as_mut().poll(cx)
            };
            if let Poll::Ready(value) = ready {
                return Poll::Ready(Some(value));
            }
            // In the same poll: between the first poll and the move nothing can drop the work.
            moved = Some(there(handle, run));
        }
        let receiver = moved.as_mut().expect("the work was moved when it was not ready");
        Pin::new(receiver).poll(cx).map(Result::ok)
    })
    .await
}

/// Runs work on the driver's runtime, whoever waits for it.
pub(crate) fn there<T: Send + 'static>(
    handle: &Handle,
    work: impl Future<Output = T> + Send + 'static,
) -> oneshot::Receiver<T> {
    let (sender, receiver) = oneshot::channel();
    handle.spawn(async move {
        // Nobody may wait any more: the work was done all the same.
        let _ = sender.send(work.await);
    });
    receiver
}
