//! A call with its arguments on its way through the law that a server keeps: validate, lock, run, and changes only
//! if it succeeded.

use std::future::poll_fn;
use std::sync::Arc;

use super::block_on::block_on;
use super::clock::Party;
use super::driver::validate;
use super::host::{Hold, TestHost};
use super::outcome::{Failure, Outcome, Reason, Replied};
use super::piece::keeps_for_itself;
use super::run::{End, Run, Seen, StopAt, Work};
use crate::error::Kind;
use crate::host::{
    self, Content, Exclusive, Finished, HoldsExclusive, HoldsShared, Method, NodeFields, Ready, Reply, Shared,
};
use crate::node::NodeSnapshot;

/// Where a call is to run.
pub(super) struct Place {
    pub(super) method: &'static Method,
    pub(super) before: Arc<NodeFields>,
    pub(super) host: Arc<TestHost>,
    /// From its beginning on: a clock that is shared waits for a call that was not polled yet.
    pub(super) party: Party,
    pub(super) stop_at: Option<StopAt>,
}

impl Place {
    pub(super) fn refused(self, failure: Failure) -> Outcome {
        let after = Arc::clone(&self.before);
        self.outcome(Err(failure), after, Seen::default(), true)
    }

    pub(super) async fn run<G: Target>(
        self,
        (driver, instance): (&host::Driver, &host::Instance),
        ready: Ready<G>,
    ) -> Outcome {
        if G::HAS_NODE
            && let Err(failure) = validate(driver, instance, &self.before)
        {
            return self.refused(failure);
        }
        let hold = Arc::new(Hold);
        let target = G::lock(&self.before, &hold);
        let (method, host) = (self.method, Arc::clone(&self.host));
        let work = Work::of(ready, target, &host);
        let (end, mut seen) = Run::new(work, host, &self.party, self.stop_at).await;
        let mut after = Arc::clone(&self.before);
        let result = match end {
            End::Finished(Finished {
                result: Ok(reply),
                target,
            }) => {
                // Saved even if it comes too late: the hardware is as the method left it.
                after = target.changes().unwrap_or(after);
                if self.host.is_late() {
                    Err(self.late())
                } else {
                    self.read(reply, &mut seen).await
                }
            }
            End::Finished(Finished {
                result: Err(error),
                target,
            })
            | End::Stuck(Finished {
                result: Err(error),
                target,
            }) => {
                drop(target);
                Err(Failure::of(&error))
            }
            End::Panicked(text) => Err(Failure::new(Reason::Panic, Kind::Internal, text)),
            End::Dropped => Err(self.stopped()),
            End::Stuck(Finished { result: Ok(_), target }) => {
                after = target.changes().unwrap_or(after);
                let (name, seconds) = (method.name, self.host.timeout().as_secs_f32());
                let text = format!("work that the method {name} spawned did not end within its {seconds} s");
                Err(Failure::new(Reason::Stuck, Kind::Silent, text))
            }
        };
        let lock_is_free = Arc::strong_count(&hold) == 1;
        self.outcome(result, after, seen, lock_is_free)
    }

    /// Reads an attachment that is made piece by piece to its end, as a client does that takes what comes. The
    /// method's time is for all of it.
    async fn read(&self, reply: Reply, seen: &mut Seen) -> Result<Replied, Failure> {
        let attachment = match reply {
            Reply::Empty => return Ok(Replied::Empty),
            Reply::Json(text) => return Ok(Replied::Json(text)),
            Reply::Attachment(attachment) => attachment,
        };
        let (content, content_type, file_name) = attachment.into_parts();
        let bytes = match content {
            Content::Bytes(bytes) => bytes,
            content => {
                let stop_at = self.stop_at.and_then(|stop| stop.after(seen.waits));
                let host = Arc::clone(&self.host);
                let run = Run::new(reading(content), host, &self.party, stop_at);
                let (end, of_reading) = run.without_grace().await;
                seen.and(of_reading);
                match end {
                    End::Finished(Finished {
                        result: Ok(Reply::Json(_)),
                        ..
                    }) if self.host.is_late() => {
                        return Err(self.late());
                    }
                    End::Finished(Finished {
                        result: Ok(Reply::Json(bytes)),
                        ..
                    }) => bytes,
                    End::Finished(Finished { result: Err(error), .. }) => return Err(Failure::of(&error)),
                    End::Panicked(text) => return Err(Failure::new(Reason::Panic, Kind::Internal, text)),
                    _ => return Err(self.stopped()),
                }
            }
        };
        Ok(Replied::Attachment {
            bytes,
            content_type,
            file_name,
        })
    }

    fn stopped(&self) -> Failure {
        if self.host.is_late() {
            return self.late();
        }
        let text = format!("the method {} was stopped before its end", self.method.name);
        Failure::new(Reason::Cancelled, Kind::Internal, text)
    }

    fn late(&self) -> Failure {
        let (name, seconds) = (self.method.name, self.host.timeout().as_secs_f32());
        let text = format!("the method {name} did not end within its {seconds} s and was stopped");
        Failure::new(Reason::Deadline, Kind::Silent, text)
    }

    fn outcome(
        self,
        result: Result<Replied, Failure>,
        after: Arc<NodeFields>,
        seen: Seen,
        lock_is_free: bool,
    ) -> Outcome {
        Outcome {
            method: self.method.name,
            lock: self.method.entry.lock(),
            is_async: self.method.is_async,
            result,
            before: self.before,
            after,
            progress: self.host.progress_reports(),
            log: self.host.log_lines(),
            took: self.host.took(),
            seen,
            lock_is_free,
        }
    }
}

/// What reads a content, to be run as a method is. Its bytes stand where a method's JSON does.
fn reading(content: Content) -> Work<()> {
    let finished = |bytes: crate::Result<Vec<u8>>| Finished {
        result: bytes.map(Reply::Json),
        target: (),
    };
    match content {
        Content::Reader(_) => Work::Thread(Box::new(move || finished(block_on(content.whole())))),
        _ => {
            let mut whole = Box::pin(content.whole());
            Work::Future(Box::pin(async move {
                let bytes = poll_fn(|cx| {
                    let polled = whole.as_mut().poll(cx);
                    if polled.is_pending() {
                        // The one who takes the pieces waits for the one who makes them: both are this future.
                        keeps_for_itself();
                    }
                    polled
                });
                finished(bytes.await)
            }))
        }
    }
}

/// What a method acts on.
pub(super) trait Target: Send + Sized + 'static {
    /// Whether the node is asked about before.
    const HAS_NODE: bool = true;

    fn lock(fields: &Arc<NodeFields>, hold: &Arc<Hold>) -> Self;

    /// The node's fields as the method left them, if it changed any.
    fn changes(self) -> Option<Arc<NodeFields>> {
        None
    }
}

impl Target for Exclusive {
    fn lock(fields: &Arc<NodeFields>, hold: &Arc<Hold>) -> Self {
        let hold: Arc<dyn HoldsExclusive> = Arc::clone(hold) as _;
        Self::new(Arc::clone(fields), hold)
    }

    fn changes(self) -> Option<Arc<NodeFields>> {
        self.into_changes()
    }
}

impl Target for Shared {
    fn lock(fields: &Arc<NodeFields>, hold: &Arc<Hold>) -> Self {
        let hold: Arc<dyn HoldsShared> = Arc::clone(hold) as _;
        Self::new(Arc::clone(fields), hold)
    }
}

impl Target for NodeSnapshot {
    fn lock(fields: &Arc<NodeFields>, _: &Arc<Hold>) -> Self {
        host::snapshot(Arc::clone(fields))
    }
}

impl Target for () {
    const HAS_NODE: bool = false;

    fn lock(_: &Arc<NodeFields>, _: &Arc<Hold>) -> Self {}
}
