//! Cancellation at every await. A method is a future, and a future may be dropped wherever it waits: at its
//! deadline, when its client cancels, when the server stops. Nothing of that is seen in a test that lets it end.

use std::fmt::Write as _;
use std::sync::Arc;

use super::block_on::block_on;
use super::clock::Clock;
use super::outcome::{Failure, Outcome, Reason};
use super::request::Request;
use super::run::{How, StopAt};
use crate::error::Kind;
use crate::host::BoxFuture;

/// More awaits than a test wants to wait for: each is a run of its own.
const AWAITS_MAX: usize = 2000;

/// A method that is going to be cancelled at each of its awaits, made by
/// [`Request::cancel_at_every_await`](super::Request::cancel_at_every_await). End it with
/// [`run`](EveryAwait::run) or `.await`.
///
/// At each await the method is once dropped, and once told to stop and given its grace. Each time must hold:
/// it does not panic, not even in a destructor; the lock is free; the node is unchanged unless the method
/// succeeded after all; and the same call on the same instance of the driver works afterwards: it does not hang, panic or
/// find the driver busy with what was cancelled.
#[must_use = "nothing is called before `run` or `.await`"]
pub struct EveryAwait<D> {
    request: Request<D>,
}

/// What [`EveryAwait`] saw where all was well.
#[derive(Debug)]
pub struct Cancellations {
    awaits: usize,
    undisturbed: Outcome,
}

impl Cancellations {
    /// At how many awaits the method was cancelled. Zero: it never waited, and nothing was tried.
    #[must_use]
    pub fn awaits(&self) -> usize {
        self.awaits
    }

    /// What came of the call that was not cancelled.
    #[must_use]
    pub fn undisturbed(&self) -> &Outcome {
        &self.undisturbed
    }
}

impl<D: 'static> EveryAwait<D> {
    pub(super) fn new(request: Request<D>) -> Self {
        Self { request }
    }

    /// Does it on this thread, with no runtime; see [`Request::run`](super::Request::run).
    ///
    /// # Panics
    /// If something does not hold: with every fault and the await it belongs to.
    #[track_caller]
    pub fn run(self) -> Cancellations {
        checked(block_on(self.cancellations()))
    }

    /// The faults are gathered, not panicked with, so that a suite can report them.
    pub(super) async fn cancellations(self) -> Result<Cancellations, Vec<String>> {
        let request = self.request;
        let (undisturbed, _) = one(&request, None, false).await;
        let mut faults = faults_of(&undisturbed, "undisturbed");
        let mut awaits = 0;
        for how in [How::Drop, How::Tell] {
            for wait in 1.. {
                if wait > AWAITS_MAX {
                    faults.push(format!(
                        "it waits more than {AWAITS_MAX} times: call it with less to do"
                    ));
                    break;
                }
                let (outcome, again) = one(&request, Some(StopAt { wait, how }), true).await;
                let done = match how {
                    How::Drop => "dropped",
                    How::Tell => "told to stop",
                };
                let place = format!("{done} at its await {wait}");
                faults.extend(faults_of(&outcome, &place));
                if !outcome.seen.stopped {
                    // It has fewer awaits than this.
                    break;
                }
                awaits = awaits.max(wait);
                if let Some(again) = again {
                    faults.extend(faults_afterwards(&undisturbed, &again, &place));
                }
            }
        }
        match faults.is_empty() {
            true => Ok(Cancellations { awaits, undisturbed }),
            false => Err(faults),
        }
    }
}

impl<D: 'static> IntoFuture for EveryAwait<D> {
    type Output = Cancellations;
    type IntoFuture = BoxFuture<Cancellations>;

    fn into_future(self) -> BoxFuture<Cancellations> {
        Box::pin(async move { checked(self.cancellations().await) })
    }
}

#[track_caller]
fn checked(result: Result<Cancellations, Vec<String>>) -> Cancellations {
    result.unwrap_or_else(|faults| {
        let mut text = String::from("cancellation is not survived:");
        for fault in faults {
            let _ = write!(text, "\n- {fault}");
        }
        panic!("{text}")
    })
}

/// One run, and if it was cancelled another one after it on the same instance.
async fn one<D: 'static>(request: &Request<D>, stop_at: Option<StopAt>, and_again: bool) -> (Outcome, Option<Outcome>) {
    let mut request = request.clone();
    let instance = request.make_instance().await;
    request.with_given(Arc::clone(&instance));
    let outcome = request.clone().clock(&Clock::new()).begin(stop_at).1.await;
    let again = match and_again && outcome.seen.stopped {
        true => Some(request.clock(&Clock::new()).begin(None).1.await),
        false => None,
    };
    (outcome, again)
}

/// What may never be, cancelled or not.
fn faults_of(outcome: &Outcome, place: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(failure) = outcome.failure().filter(|failure| failure.reason() == Reason::Panic) {
        faults.push(format!("{place}: it panicked: {failure}"));
    }
    if !outcome.lock_is_free {
        faults.push(format!("{place}: its lock is not free"));
    }
    let changes = outcome.changes();
    let returned = |failure: &Failure| matches!(failure.reason(), Reason::Deadline | Reason::Stuck);
    let was_carried_out = outcome.is_ok() || outcome.failure().is_some_and(returned);
    if !changes.is_empty() && !was_carried_out {
        faults.push(format!("{place}: the node was changed: {changes:?}"));
    }
    faults
}

/// What may not be after a cancellation, on the same instance.
fn faults_afterwards(undisturbed: &Outcome, again: &Outcome, place: &str) -> Vec<String> {
    let mut faults = faults_of(again, &format!("called again after it was {place}"));
    let (Some(failure), true) = (again.failure(), undisturbed.is_ok()) else {
        return faults;
    };
    let hangs = matches!(failure.reason(), Reason::Deadline | Reason::Stuck);
    if hangs || failure.kind() == Kind::Busy {
        faults.push(format!(
            "{place}: the same call no longer works afterwards: {failure}; give back in a destructor what the \
             method holds over an await"
        ));
    }
    faults
}
