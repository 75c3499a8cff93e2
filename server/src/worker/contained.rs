//! A method's future: its panics are caught, its polls are watched.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bessemer::host::{BoxFuture, Finished, Host as _};

use super::End;
use crate::call::Running;
use crate::catalogue::{Driver, Method};
use crate::telemetry::call_event;
use crate::telemetry::panics::{self, Panic};

/// A method's future: its panics are caught, its polls are watched.
pub(super) struct Contained<'a, G> {
    run: Option<BoxFuture<Finished<G>>>,
    call: &'a Running,
    driver: &'a Driver,
    method: &'a Method,
}

impl<'a, G> Contained<'a, G> {
    pub(super) fn new(run: BoxFuture<Finished<G>>, call: &'a Running, driver: &'a Driver, method: &'a Method) -> Self {
        Self {
            run: Some(run),
            call,
            driver,
            method,
        }
    }

    /// Drops the future. A destructor that panics is contained as well.
    pub(super) fn drop_run(&mut self) {
        let run = self.run.take();
        if let Err(panic) = panics::catch(move || drop(run)) {
            log_panic(&panic, self.call);
        }
    }

    /// Names it in the log; it is not polled in place again.
    fn note_blocking(&self, blocked: Duration) {
        if self.method.note_blocking() {
            call_event!(
                warn,
                self.call,
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
        let polled = match panics::catch(|| run.as_mut().poll(cx)) {
            Ok(polled) => polled,
            // Not judged: what took long may have been the printing of a backtrace.
            Err(panic) => {
                log_panic(&panic, this.call);
                this.drop_run();
                return Poll::Ready(End::Panicked);
            }
        };
        if let Some(blocked) = watch.and_then(|watch| watch.blocked()) {
            this.note_blocking(blocked);
        }
        polled.map(End::Finished)
    }
}

/// Writes a panic's message to the log, which is where it stays.
pub(crate) fn log_panic(panic: &Panic, call: &Running) {
    let text = &*call.error_line(panic.text());
    let (at, backtrace) = (panic.at(), panic.backtrace());
    call_event!(error, call, panic = text, at, backtrace, "panic");
}
