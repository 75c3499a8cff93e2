//! A server's end: who says so, what is waited for and for how long. The order:
//!
//! 1. no call begins any more (503), neither do those that wait for a lock; those that run go on;
//! 2. until none runs, or the time for that is over: then the rest is cancelled, and their tasks are `interrupted`;
//! 3. the last answers are sent, and the listener is closed;
//! 4. the drivers stop, then the store.
//!
//! Each step has a bound. A further signal ends the one that waits, but for the store's: what was promised is on disk.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::signal::unix::{Signal as UnixSignal, SignalKind, signal};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::catalogue::Driver;
use crate::config::without_passwords;
use crate::context::Context;
use crate::signal::Signal;

/// How long a cancelled call, the last answers and a driver's threads may still take when the time is over.
pub(crate) const LAST_PATIENCE: Duration = Duration::from_secs(2);

/// How long the store may take to note what is interrupted and to close.
const CLOSE_MAX: Duration = Duration::from_secs(10);

/// How the server was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// By SIGTERM or SIGINT.
    Stop,
    /// By SIGUSR2, which allows more time.
    Drain,
}

/// The signals that end a server.
pub(crate) struct Ends {
    terminate: UnixSignal,
    interrupt: UnixSignal,
    drain: UnixSignal,
}

impl Ends {
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            drain: signal(SignalKind::user_defined2())?,
        })
    }

    /// Ends with the next one of them.
    pub(crate) async fn wait(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.drain.recv() => Told::Drain,
        }
    }

    /// Ends with the next one that is in a hurry.
    async fn hurry(&mut self) {
        while self.wait().await != Told::Stop {}
        tracing::warn!("told to stop again: not waiting any longer");
    }
}

/// Waits until no call runs, as long as may be waited. Returns until when that was.
pub(crate) async fn drain(context: &Context, ends: &mut Ends, mut told: Told) -> Instant {
    let limits = &context.config.conductor;
    let mut deadline = Instant::now()
        + match told {
            Told::Stop => limits.graceful_shutdown_timeout,
            Told::Drain => limits.drain_shutdown_timeout,
        };
    tracing::info!(running = context.workers.running(), "stopping: no call begins any more");
    loop {
        tokio::select! {
            biased;
            () = context.workers.idle() => return deadline,
            () = sleep_until(deadline) => {
                let running = context.workers.running();
                tracing::warn!(running, "calls were still running when the time to stop was over");
                return deadline;
            }
            again = ends.wait() => match (told, again) {
                (_, Told::Drain) => {}
                (Told::Drain, Told::Stop) => {
                    told = Told::Stop;
                    deadline = deadline.min(Instant::now() + limits.graceful_shutdown_timeout);
                    tracing::info!("stopping: the time to drain is cut short");
                }
                (Told::Stop, Told::Stop) => {
                    tracing::warn!("told to stop again: not waiting any longer");
                    return Instant::now();
                }
            },
        }
    }
}

/// Ends what still runs, the listener, the drivers and the store. `deadline` is that of the answers.
///
/// # Errors
/// If the store did not close: something may not be on disk.
pub(crate) async fn end(
    context: &Context,
    ends: &mut Ends,
    close: &Signal,
    serving: JoinHandle<()>,
    deadline: Instant,
) -> Result<(), String> {
    context.workers.abandon();
    let _ = timeout(LAST_PATIENCE, context.workers.idle()).await;
    close.raise();
    let deadline = deadline.max(Instant::now() + LAST_PATIENCE);
    tokio::select! {
        biased;
        served = timeout_at(deadline, serving) => match served {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!("the listener ended by a panic"),
            Err(_) => tracing::warn!("requests were still being answered when the time to stop was over"),
        },
        () = ends.hurry() => {}
    }
    tokio::select! {
        biased;
        () = stop_all(context) => {}
        () = ends.hurry() => {}
    }
    close_store(context).await
}

/// The same where nothing was served yet, with or without the drivers: they may not have started.
pub(crate) async fn end_before_start(context: &Context, have_drivers_started: bool) -> Result<(), String> {
    if have_drivers_started {
        stop_all(context).await;
    }
    close_store(context).await
}

async fn close_store(context: &Context) -> Result<(), String> {
    let closing = async {
        let noted = interrupt_the_rest(context).await;
        context
            .store
            .close()
            .await
            .map_err(|error| error.to_string())
            .and(noted)
    };
    match timeout(CLOSE_MAX, closing).await {
        Ok(closed) => closed,
        Err(_) => {
            // Told at least once: otherwise it would be waited for where it is dropped.
            let _ = timeout(Duration::ZERO, context.store.close()).await;
            Err(format!("the store did not close within {} s", CLOSE_MAX.as_secs()))
        }
    }
}

/// Notes the ends of calls that nothing can end, those to plain functions: they end with the process.
async fn interrupt_the_rest(context: &Context) -> Result<(), String> {
    if context.workers.running() == 0 {
        return Ok(());
    }
    let noted = context.store.tasks_interrupt((*context.host).into(), Timestamp::now());
    let interrupted = noted.await.map_err(|error| error.to_string())?;
    for interrupted in &interrupted {
        let task = &interrupted.task;
        tracing::warn!(
            request_id = &*task.request_id, node = task.node.map(tracing::field::display), driver = &*task.driver,
            method = &*task.method, task = %task.uuid, "the task cannot be stopped and ends with the server"
        );
    }
    Ok(())
}

async fn stop_all(context: &Context) {
    stop_drivers(
        context.catalogue.distinct(),
        context.config.conductor.driver_stop_timeout,
    )
    .await;
}

/// Runs `#[stop]` of drivers that were started, all at once, on their own threads.
pub(crate) async fn stop_drivers(drivers: impl Iterator<Item = &Arc<Driver>>, patience: Duration) {
    let mut stopping: JoinSet<()> = drivers
        .map(|driver| stop_driver(Arc::clone(driver), patience))
        .collect();
    while stopping.join_next().await.is_some() {}
}

async fn stop_driver(driver: Arc<Driver>, patience: Duration) {
    let Some(stop) = driver.record().stop else { return };
    let stopped = driver.runtime().handle().spawn(stop(Arc::clone(driver.instance())));
    let name = driver.record().name;
    match timeout(patience, stopped).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(error))) => {
            let causes = error.causes();
            let causes = causes.as_deref().map(without_passwords);
            let error = error.to_string();
            tracing::warn!(
                driver = name,
                causes = causes.as_deref(),
                "the driver's stop failed: {}",
                without_passwords(&error)
            );
        }
        Ok(Err(_)) => tracing::error!(driver = name, "the driver's stop panicked"),
        Err(_) => tracing::warn!(driver = name, "the driver did not stop in time"),
    }
}
