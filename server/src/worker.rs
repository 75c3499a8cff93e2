//! Where a method runs and what keeps it in bounds. Each enabled driver has a runtime and a blocking pool of
//! its own, started on first use, so that a driver that blocks stops itself and nothing else. A call's first
//! poll is made in place, with the driver's runtime entered; only what is pending then moves there: most
//! calls never change threads.
//!
//! The law: a lock is never freed under work that may still talk to hardware. What to do with a result is
//! the concern of `dispatch.rs`; which methods block is found in `worker/blocking.rs`.

mod beside;
mod blocking;
mod contained;
mod places;
mod runtime;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bessemer::host::{self, BoxFuture, Finished, Host, Ready};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{sleep, sleep_until};

pub(crate) use self::contained::log_panic;
pub(crate) use self::places::{Full, NoWorker, Slot, Workers};
pub(crate) use self::runtime::DriverRuntime;

use self::contained::Contained;
use crate::call::Running;
use crate::catalogue::{Driver, Method};
use crate::telemetry::{call_event, panics};

/// How long a call that was told to stop is polled before it is dropped, if it listens.
const GRACE: Duration = Duration::from_secs(10);

/// The same when the server ends, which is waited for.
pub(crate) const GRACE_AT_STOP: Duration = Duration::from_secs(1);

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
            let mut run = Contained::new(function.start(target, given), call, driver, method);
            match poll_fn(|cx| Poll::Ready(Pin::new(&mut run).poll(cx))).await {
                Poll::Ready(end) => end,
                Poll::Pending => Box::pin(watch(run, call, method, workers)).await,
            }
        }
        Ready::Blocking(function) => {
            let run = move || function.run(target, given);
            Box::pin(on_a_thread(run, call, driver, method, workers)).await
        }
    };
    if call.has_spawned() {
        match end {
            End::Finished(_) => Box::pin(join_spawned(call, method, workers)).await,
            End::Panicked | End::Dropped => Box::pin(call.abort_spawned()).await,
        }
    }
    end
}

/// Polls a method to its end, or to that of its time.
async fn watch<G>(mut run: Contained<'_, G>, call: &Running, method: &Method, workers: &Workers) -> End<G> {
    tokio::select! {
        biased;
        end = &mut run => return end,
        () = told(call, method, workers) => {}
    }
    let grace = grace(call, workers);
    tokio::select! {
        biased;
        end = &mut run => end,
        () = grace => {
            run.drop_run();
            End::Dropped
        }
    }
}

/// Waits for what a method left behind when it returned: no longer than the method itself could have gone on.
async fn join_spawned(call: &Running, method: &Method, workers: &Workers) {
    tokio::select! {
        biased;
        () = call.join_spawned() => return,
        () = told(call, method, workers) => {}
    }
    let grace = grace(call, workers);
    tokio::select! {
        biased;
        () = call.join_spawned() => return,
        () = grace => {}
    }
    call_event!(
        warn,
        call,
        "the method returned, but work that it spawned went on after the call's time and is dropped"
    );
    call.note_cut();
    call.abort_spawned().await;
}

/// Ends when the call is to stop, and tells it: its time is over, it was cancelled, or the server ends.
async fn told(call: &Running, method: &Method, workers: &Workers) {
    tokio::select! {
        biased;
        () = sleep_until(call.deadline()) => call.cancel_late(method),
        () = call.cancellation().raised() => {}
        () = workers.abandonment().raised() => call.cancel(),
    }
}

/// Ends when a call that was told to stop has had the time to do so: none, if it does not listen.
fn grace(call: &Running, workers: &Workers) -> impl Future<Output = ()> {
    let listens = call.asks();
    async move {
        if !listens {
            return;
        }
        tokio::select! {
            () = sleep_until(call.told_at() + GRACE) => {}
            () = async {
                workers.abandonment().raised().await;
                sleep(GRACE_AT_STOP).await;
            } => {}
        }
    }
}

/// Runs a plain `fn` where it may block, and waits for it however long it takes.
async fn on_a_thread<G: Send + 'static>(
    run: impl FnOnce() -> Finished<G> + Send + 'static,
    call: &Running,
    driver: &Driver,
    method: &Method,
    workers: &Workers,
) -> End<G> {
    let mut thread = driver.runtime().handle().spawn_blocking(move || panics::catch(run));
    let joined = tokio::select! {
        biased;
        joined = &mut thread => joined,
        () = told(call, method, workers) => {
            let why = if call.is_late() { "the method's time is over" } else { "the method was told to stop" };
            call_event!(warn, call, "{why}, but a plain fn cannot be stopped: its lock stays until it returns");
            let _stuck = workers.note_stuck();
            thread.await
        }
    };
    match joined {
        Ok(Ok(finished)) => End::Finished(finished),
        Ok(Err(panic)) => {
            log_panic(&panic, call);
            End::Panicked
        }
        // The pool is shut down: the closure, and the lock in it, was dropped unrun.
        Err(_) => End::Dropped,
    }
}

/// Runs work that must reach its end whoever waits for it: first here, with the driver's runtime entered, and if it is
/// not ready at once, where it `goes_on`.
///
/// `None` if the runtime was shut down under the work.
pub(crate) async fn in_place_or_there<T: Send + 'static>(
    handle: &Handle,
    work: BoxFuture<T>,
    goes_on: impl Fn() -> Handle,
) -> Option<T> {
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
            moved = Some(there(&goes_on(), run));
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
