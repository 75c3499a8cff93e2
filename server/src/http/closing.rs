//! A connection that ends when its server stops: at once if it rests, else when it has its answer. hyper-util has the
//! same for all kinds of connections, but asks a channel at each poll of one; here it is one look at a flag.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use hyper_util::server::graceful::GracefulConnection;

use crate::signal::Signal;

/// See the module.
pub(crate) struct Closing<C> {
    connection: Pin<Box<C>>,
    close: Arc<Signal>,
    raised: Pin<Box<dyn Future<Output = ()> + Send>>,
    // Who is woken when the signal is raised.
    waker: Option<Waker>,
    is_told: bool,
}

impl<C: GracefulConnection> Closing<C> {
    pub(crate) fn new(connection: C, close: &Arc<Signal>) -> Self {
        let waited_for = Arc::clone(close);
        Self {
            connection: Box::pin(connection),
            close: Arc::clone(close),
            raised: Box::pin(async move { waited_for.raised().await }),
            waker: None,
            is_told: false,
        }
    }

    /// Whether the server stops. Whoever polls is woken when it does.
    fn is_raised(&mut self, cx: &mut Context<'_>) -> bool {
        if self.close.is_raised() {
            return true;
        }
        if self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            return false;
        }
        self.waker = Some(cx.waker().clone());
        self.raised.as_mut().poll(cx).is_ready()
    }
}

impl<C: GracefulConnection> Future for Closing<C> {
    type Output = Result<(), C::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.is_told && self.is_raised(cx) {
            self.is_told = true;
            self.connection.as_mut().graceful_shutdown();
        }
        self.connection.as_mut().poll(cx)
    }
}
