//! A call that has its lock and its place among the running ones: it reaches its end, whoever still waits for it.
//! A synchronous one is answered with its result, an asynchronous one as soon as its task is on disk. What comes
//! before is in `dispatch.rs`, how a method is kept in bounds in `worker.rs`.

use std::borrow::Cow;
use std::sync::Arc;

use bessemer::host::{self, Content, Finished, Host, NodeFields, Ready, Reply};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use crate::call::Running;
use crate::catalogue::{Driver, Method};
use crate::context::Context;
use crate::dispatch::{Answer, Attached, Attachment, CallError};
use crate::node::Node;
use crate::store::{StoreError, cut};
use crate::stream::Stream;
use crate::target::{Hold, Target};
use crate::tasks;
use crate::tasks::arguments::Arguments;
use crate::telemetry::call_event;
use crate::worker::{End, GRACE_AT_STOP, Slot, in_place_or_there, supervise, there};

/// A call that begins.
pub(crate) struct Work {
    /// The server.
    pub(crate) context: Arc<Context>,
    /// Whose method it is.
    pub(crate) driver: Arc<Driver>,
    /// The method.
    pub(crate) method: Arc<Method>,
    /// What the method and its observers share.
    pub(crate) call: Arc<Running>,
    /// Its place, given back at its end.
    pub(crate) _slot: Slot,
    /// Its lock. Declared last: it is free when all else is done.
    pub(crate) _hold: Hold,
}

/// What is left to whoever waits for a call, which has taken all else with it.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    /// The server.
    pub(crate) context: &'a Context,
    /// The method.
    pub(crate) method: &'a Method,
    /// Where it goes on if it is not ready at once.
    pub(crate) handle: &'a Handle,
}

impl Work {
    /// 200: waits for the result, at most until the deadline. The work itself goes on without its client.
    pub(crate) async fn run_sync<G: Target>(
        self,
        Asker {
            context,
            method,
            handle,
        }: Asker<'_>,
        ready: Ready<G>,
        target: G,
    ) -> Result<Answer, CallError> {
        let stopped = || CallError::Stopped(method.record().name);
        let (blocks, deadline) = (method.blocks(), self.call.deadline());
        let call = Arc::clone(&self.call);
        // On the heap from its beginning: it may move to another thread, and is large to copy.
        let work: host::BoxFuture<_> = Box::pin(self.carry_out(ready, target));
        let done = async {
            if blocks {
                there(handle, work).await.ok()
            } else {
                // What is left to wait for when the method has returned is the disk, not its driver.
                let goes_on = || {
                    if call.has_returned() {
                        Handle::current()
                    } else {
                        handle.clone()
                    }
                };
                in_place_or_there(handle, work, goes_on).await
            }
        };
        tokio::select! {
            biased;
            done = done => done.unwrap_or_else(|| Err(stopped())),
            // Made only if the first poll does not end the call.
            () = async { sleep_until(deadline).await } => Err(timed_out(method)),
            // A plain `fn` does not end, however often it is told. Later than what does.
            () = async { Box::pin(ended(context)).await } => Err(stopped()),
        }
    }

    async fn carry_out<G: Target>(self, ready: Ready<G>, target: G) -> Result<Answer, CallError> {
        let end = self.supervised(ready, target).await;
        let Finished { result, target } = self.finished(end)?;
        self.call.note_returned();
        let reply = match result {
            Ok(reply) => reply,
            Err(error) => {
                self.log_failure(&error);
                return Err(if self.is_over() {
                    timed_out(&self.method)
                } else {
                    self.within_bounds(error).into()
                });
            }
        };
        if let Some(fields) = target.changes() {
            Box::pin(self.save(fields)).await.map_err(CallError::NotSaved)?;
        }
        if let Some(error) = self.unfinished() {
            if self.call.is_late() {
                call_event!(
                    info,
                    self.call,
                    "the method returned when its time was over; what it changed is saved"
                );
            }
            return Err(error);
        }
        let limits = &self.context.config.conductor;
        let attachment = match reply {
            Reply::Empty => return Ok(Answer::Nothing),
            Reply::Json(text) if text.len() > limits.answer_size_max_bytes => {
                return Err(self.too_large(text.len(), "answer_size_max"));
            }
            Reply::Json(text) => return Ok(Answer::Json(text)),
            Reply::Attachment(attachment) => attachment,
        };
        let (content, content_type, file_name) = attachment.into_parts();
        // What is still to be made takes the call with it: its lock, its place, its deadline.
        let bytes = match content {
            Content::Bytes(bytes) if bytes.len() as u64 > limits.attachment_size_max_bytes => {
                return Err(self.too_large(bytes.len(), "attachment_size_max"));
            }
            Content::Bytes(bytes) => Attached::Whole(bytes),
            Content::Stream(stream) => Attached::Stream(Stream::begin(stream.into(), self)),
            Content::Reader(reader) => Attached::Stream(Stream::begin(reader.into(), self)),
        };
        Ok(Answer::Attachment(Box::new(Attachment {
            bytes,
            content_type,
            file_name,
        })))
    }

    /// 202: answers when the task is on disk, then carries it out and writes its end.
    pub(crate) async fn run_async<G: Target>(
        self,
        ready: Ready<G>,
        target: G,
        node: Option<Arc<Node>>,
        task: Uuid,
        arguments: Option<Arguments>,
    ) -> Result<Answer, CallError> {
        let stopped = self.stopped();
        let (accept, accepted) = oneshot::channel();
        let handle = self.driver.runtime().handle().clone();
        handle.spawn(self.carry_out_task(ready, target, node, task, arguments, accept));
        match accepted.await {
            Ok(stored) => stored.map(|()| Answer::Accepted { task }).map_err(CallError::Store),
            Err(_) => Err(stopped),
        }
    }

    async fn carry_out_task<G: Target>(
        self,
        ready: Ready<G>,
        target: G,
        node: Option<Arc<Node>>,
        task: Uuid,
        arguments: Option<Arguments>,
        accept: oneshot::Sender<Result<(), StoreError>>,
    ) {
        let _live = tasks::enter(&self.context, &self.call, task, arguments);
        let stored = tasks::start(&self.context, &self.call, task, node.as_deref()).await;
        let begins = stored.is_ok();
        // The client may have left meanwhile; what is on disk as running is carried out.
        let _ = accept.send(stored);
        if !begins {
            return;
        }
        let (began, counts) = (Instant::now(), self.method.counts());
        counts.tasks_started.count();
        let finished = tokio::select! {
            biased;
            end = self.supervised(ready, target) => self.finished(end),
            never = tasks::keep_progress(&self.context, &self.call, task) => match never {},
        };
        let (error, changes) = match finished {
            Err(error) => (Some(error), None),
            Ok(Finished { result: Err(error), .. }) => {
                self.log_failure(&error);
                (Some(self.within_bounds(error).into()), None)
            }
            Ok(Finished { result: Ok(_), target }) => (self.unfinished(), target.changes()),
        };
        if let Some(state) = tasks::finish(&self.context, &self.call, task, error, changes).await {
            counts.tasks_ended(state).count();
            counts.tasks_took.observe_time(began.elapsed());
        }
    }

    /// Saves what the method changed on its node.
    async fn save(&self, fields: Arc<NodeFields>) -> Result<(), StoreError> {
        let id = self.call.node().expect("only a method with a node changes one");
        self.context
            .node_change(id, |node| node.fields = Arc::unwrap_or_clone(fields))
            .await
            .map(drop)
    }

    /// The method's run, which does nothing until it is polled.
    fn supervised<G: Target>(&self, ready: Ready<G>, target: G) -> impl Future<Output = End<G>> {
        supervise(
            ready,
            target,
            &self.call,
            &self.driver,
            &self.method,
            &self.context.workers,
        )
    }

    /// What there is if the method was let come to its end.
    fn finished<G>(&self, end: End<G>) -> Result<Finished<G>, CallError> {
        match end {
            End::Finished(finished) => Ok(finished),
            End::Panicked => Err(CallError::Panicked),
            End::Dropped if self.call.is_late() => Err(timed_out(&self.method)),
            End::Dropped => Err(self.stopped()),
        }
    }

    /// What a call that returned well is called all the same: its time was over, or what it left behind was ended.
    fn unfinished(&self) -> Option<CallError> {
        if self.call.is_late() {
            Some(timed_out(&self.method))
        } else {
            self.call.is_cut().then(|| self.stopped())
        }
    }

    /// Whether its time is over: the client of a synchronous method was answered then.
    fn is_over(&self) -> bool {
        self.call.is_late() || self.call.deadline() <= Instant::now()
    }

    fn stopped(&self) -> CallError {
        let method = self.method.record().name;
        match self.call.cancelled_by() {
            Some(by) => CallError::Cancelled { method, by },
            None => CallError::Stopped(method),
        }
    }

    fn too_large(&self, bytes: usize, option: &'static str) -> CallError {
        CallError::TooLarge {
            method: self.method.record().name,
            bytes,
            option,
        }
    }

    /// The error without secrets, and with no longer a text than it may have. Its causes are in the log by then.
    fn within_bounds(&self, error: bessemer::Error) -> bessemer::Error {
        let bytes_max = self.context.config.conductor.error_size_max_bytes;
        match self.call.hidden(error.message()) {
            Cow::Owned(text) => bessemer::Error::new(error.kind(), cut(&text, bytes_max).into_owned()),
            Cow::Borrowed(text) => match cut(text, bytes_max) {
                Cow::Borrowed(_) => error,
                Cow::Owned(text) => bessemer::Error::new(error.kind(), text),
            },
        }
    }

    /// Writes to the log what of a method's error nobody else is told.
    fn log_failure(&self, error: &bessemer::Error) {
        let (call, kind, causes) = (&self.call, error.kind(), self.call.causes_line(error));
        let error = call.error_line(error.message());
        if self.is_over() && !self.method.record().is_async {
            call_event!(warn, call, %kind, causes, "the method failed when its time was over: {error}");
        } else if causes.is_some() {
            call_event!(info, call, %kind, causes, "{error}");
        }
    }
}

fn timed_out(method: &Method) -> CallError {
    CallError::TimedOut {
        method: method.record().name,
        seconds: method.timeout().as_secs_f32(),
    }
}

/// Ends when the server does, and whoever listened to that has ended.
pub(crate) async fn ended(context: &Context) {
    context.workers.abandonment().raised().await;
    sleep(GRACE_AT_STOP + GRACE_AT_STOP / 2).await;
}
