//! A call that has its lock and its place among the running ones: it reaches its end, whoever still waits for it.
//! A synchronous one is answered with its result, an asynchronous one as soon as its task is on disk. What comes
//! before is in `dispatch.rs`, how a method is kept in bounds in `worker.rs`.

use std::borrow::Cow;
use std::sync::Arc;

use bessemer::host::{self, Content, Finished, Host, NodeFields, Ready, Reply};
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

impl Work {
    /// 200: waits for the result, at most until the deadline. The work itself goes on without its client.
    pub(crate) async fn run_sync<G: Target>(
        self,
        context: &Context,
        ready: Ready<G>,
        target: G,
    ) -> Result<Answer, CallError> {
        let (name, late) = (self.method.record().name, self.timed_out());
        let (driver, deadline) = (Arc::clone(&self.driver), self.call.deadline());
        let blocks = self.method.blocks();
        let handle = driver.runtime().handle();
        // On the heap from its beginning: it may move to another thread, and is large to copy.
        let work: host::BoxFuture<_> = Box::pin(self.carry_out(ready, target));
        let done = async {
            if blocks {
                there(handle, work).await.ok()
            } else {
                in_place_or_there(handle, work).await
            }
        };
        tokio::select! {
            biased;
            done = done => done.unwrap_or(Err(CallError::Stopped(name))),
            // Made only if the first poll does not end the call.
            () = async { sleep_until(deadline).await } => Err(late),
            // A plain `fn` does not end, however often it is told. Later than what does.
            () = async { Box::pin(ended(context)).await } => Err(CallError::Stopped(name)),
        }
    }

    async fn carry_out<G: Target>(self, ready: Ready<G>, target: G) -> Result<Answer, CallError> {
        let Finished { result, target } = self.supervised(ready, target).await?;
        let reply = match result {
            Ok(reply) => reply,
            Err(error) => {
                self.log_failure(&error);
                return Err(if self.is_over() {
                    self.timed_out()
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
                tracing::info!(
                    request_id = %self.call.request_id(), driver = self.call.driver(), method = self.call.method(),
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
        let finished = tokio::select! {
            biased;
            finished = self.supervised(ready, target) => finished,
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
        tasks::finish(&self.context, &self.call, task, error, changes).await;
    }

    /// Saves what the method changed on its node.
    async fn save(&self, fields: Arc<NodeFields>) -> Result<(), StoreError> {
        let id = self.call.node().expect("only a method with a node changes one");
        self.context
            .node_change(id, |node| node.fields = Arc::unwrap_or_clone(fields))
            .await
            .map(drop)
    }

    async fn supervised<G: Target>(&self, ready: Ready<G>, target: G) -> Result<Finished<G>, CallError> {
        match supervise(
            ready,
            target,
            &self.call,
            &self.driver,
            &self.method,
            &self.context.workers,
        )
        .await
        {
            End::Finished(finished) => Ok(finished),
            End::Panicked => Err(CallError::Panicked),
            End::Dropped if self.call.is_late() => Err(self.timed_out()),
            End::Dropped => Err(self.stopped()),
        }
    }

    /// What a call that returned well is called all the same: its time was over, or what it left behind was ended.
    fn unfinished(&self) -> Option<CallError> {
        if self.call.is_late() {
            Some(self.timed_out())
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

    fn timed_out(&self) -> CallError {
        CallError::TimedOut {
            method: self.method.record().name,
            seconds: self.method.timeout().as_secs_f32(),
        }
    }

    fn too_large(&self, bytes: usize, option: &'static str) -> CallError {
        CallError::TooLarge {
            method: self.method.record().name,
            bytes,
            option,
        }
    }

    /// The error with no longer a text than it may have. Its causes are in the log by then.
    fn within_bounds(&self, error: bessemer::Error) -> bessemer::Error {
        match cut(error.message(), self.context.config.conductor.error_size_max_bytes) {
            Cow::Borrowed(_) => error,
            Cow::Owned(text) => bessemer::Error::new(error.kind(), text),
        }
    }

    /// Writes to the log what of a method's error nobody else is told.
    fn log_failure(&self, error: &bessemer::Error) {
        let (call, kind, causes) = (&self.call, error.kind(), self.call.causes_line(error));
        let error = call.error_line(error.message());
        if self.is_over() && !self.method.record().is_async {
            tracing::warn!(
                request_id = %call.request_id(), driver = call.driver(), method = call.method(), %kind, causes,
                "the method failed when its time was over: {error}"
            );
        } else if causes.is_some() {
            tracing::info!(
                request_id = %call.request_id(), driver = call.driver(), method = call.method(), %kind, causes, "{error}"
            );
        }
    }
}

/// Ends when the server does, and whoever listened to that has ended.
pub(crate) async fn ended(context: &Context) {
    context.workers.abandonment().raised().await;
    sleep(GRACE_AT_STOP + GRACE_AT_STOP / 2).await;
}
