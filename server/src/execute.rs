//! A call that has its lock and its place among the running ones: it reaches its end, whoever still waits for it.
//! A synchronous one is answered with its result, an asynchronous one as soon as its task is on disk. What comes
//! before is in `dispatch.rs`, how a method is kept in bounds in `worker.rs`.

use std::sync::Arc;

use bessemer::host::{self, Content, Finished, Host, NodeFields, Ready, Reply};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::call::Running;
use crate::catalogue::{Driver, Method};
use crate::context::Context;
use crate::dispatch::{Answer, Attached, CallError};
use crate::node::Node;
use crate::store::StoreError;
use crate::stream::Stream;
use crate::target::{Hold, Target};
use crate::tasks;
use crate::worker::{End, Slot, in_place_or_there, supervise, there};

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
    pub(crate) async fn run_sync<G: Target>(self, ready: Ready<G>, target: G) -> Result<Answer, CallError> {
        let (stopped, late) = (CallError::Stopped(self.method.record().name), self.timed_out());
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
            done = done => done.unwrap_or(Err(stopped)),
            // Made only if the first poll does not end the call.
            () = async { tokio::time::sleep_until(deadline).await } => Err(late),
        }
    }

    async fn carry_out<G: Target>(self, ready: Ready<G>, target: G) -> Result<Answer, CallError> {
        let Finished { result, target } = self.supervised(ready, target).await?;
        let reply = result.inspect_err(|error| self.log_failure(error))?;
        if let Some(fields) = target.changes() {
            Box::pin(self.save(fields)).await.map_err(CallError::NotSaved)?;
        }
        if self.call.is_late() {
            return Err(self.timed_out());
        }
        let attachment = match reply {
            Reply::Empty => return Ok(Answer::Nothing),
            Reply::Json(text) => return Ok(Answer::Json(text)),
            Reply::Attachment(attachment) => attachment,
        };
        let (content, content_type, file_name) = attachment.into_parts();
        // What is still to be made takes the call with it: its lock, its place, its deadline.
        let bytes = match content {
            Content::Bytes(bytes) => Attached::Whole(bytes),
            Content::Stream(stream) => Attached::Stream(Stream::begin(stream.into(), self)),
            Content::Reader(reader) => Attached::Stream(Stream::begin(reader.into(), self)),
        };
        Ok(Answer::Attachment {
            bytes,
            content_type,
            file_name,
        })
    }

    /// 202: answers when the task is on disk, then carries it out and writes its end.
    pub(crate) async fn run_async<G: Target>(
        self,
        ready: Ready<G>,
        target: G,
        node: Option<Arc<Node>>,
        task: Uuid,
    ) -> Result<Answer, CallError> {
        let stopped = CallError::Stopped(self.method.record().name);
        let (accept, accepted) = oneshot::channel();
        let handle = self.driver.runtime().handle().clone();
        handle.spawn(self.carry_out_task(ready, target, node, task, accept));
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
        accept: oneshot::Sender<Result<(), StoreError>>,
    ) {
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
                (Some(error.into()), None)
            }
            Ok(Finished { result: Ok(_), target }) => (self.call.is_late().then(|| self.timed_out()), target.changes()),
        };
        tasks::finish(&self.context, &self.call, task, error, changes).await;
    }

    /// Saves what the method changed on its node.
    async fn save(&self, fields: Arc<NodeFields>) -> Result<(), StoreError> {
        let id = self.call.node().expect("only a method with a node changes one");
        self.context
            .node_change(id, |node| node.fields = Arc::clone(&fields))
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
            End::Dropped => Err(CallError::Stopped(self.method.record().name)),
        }
    }

    fn timed_out(&self) -> CallError {
        CallError::TimedOut {
            method: self.method.record().name,
            seconds: self.method.timeout().as_secs_f32(),
        }
    }

    fn log_failure(&self, error: &bessemer::Error) {
        if let Some(causes) = error.causes() {
            tracing::info!(
                request_id = %self.call.request_id(),
                driver = self.call.driver(), method = self.call.method(), kind = %error.kind(), causes, "{error}"
            );
        }
    }
}
