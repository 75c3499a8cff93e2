//! What the service manager is told, if one started this server: that it listens, what it does, that it stops, and
//! that it is alive. The words are systemd's (`sd_notify(3)`); without `NOTIFY_SOCKET` nothing is said.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::context::Context;
use crate::store::StoreError;

/// How often a stopping server asks for more time, and for how much. Each step of a stop has a bound of its own; this
/// only says that somebody is there to keep it.
const MORE_TIME_INTERVAL: Duration = Duration::from_secs(2);
const MORE_TIME_S: u32 = 15;

/// The server listens.
pub(crate) fn ready(context: &Context, address: SocketAddr) {
    let (drivers, nodes) = (context.catalogue.distinct().count(), context.nodes.len());
    let status = format!("listens on {address}; drivers: {drivers}, nodes: {nodes}");
    tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
}

/// The server begins to stop.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Asks for as much time as it takes to stop. Never ends.
pub(crate) async fn ask_for_time(context: Arc<Context>) {
    let mut ticks = interval(MORE_TIME_INTERVAL);
    loop {
        ticks.tick().await;
        let status = format!("stops; calls that still run: {}", context.workers.running());
        aside(move || {
            tell(&[
                NotifyState::ExtendTimeoutUsec(MORE_TIME_S * 1_000_000),
                NotifyState::Status(&status),
            ]);
        })
        .await;
    }
}

/// Says from time to time that the server is alive, if the service manager has a watchdog for it. That is said by a
/// task of the API's runtime, each time after the thread that writes the store has answered it: if either of them
/// hangs, it is not said. A store that answers that it cannot write is alive; `/readyz` tells of it. Never ends.
pub(crate) async fn feed_watchdog(context: Arc<Context>) {
    let Some(patience) = sd_notify::watchdog_enabled().filter(|patience| !patience.is_zero()) else {
        return std::future::pending().await;
    };
    let mut ticks = interval(patience / 2);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match context.store.health(patience / 2).await {
            Err(error @ (StoreError::Slow { .. } | StoreError::Broken { .. })) => {
                tracing::error!(%error, "the service manager's watchdog is not told that this server is alive");
            }
            _ => aside(|| tell(&[NotifyState::Watchdog])).await,
        }
    }
}

/// Where it may block: the service manager reads as fast as it can, which is not always at once.
async fn aside(work: impl FnOnce() + Send + 'static) {
    // An error says that the runtime ends.
    let _ = spawn_blocking(work).await;
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager at NOTIFY_SOCKET cannot be told anything");
    }
}
