//! The listener: connections are accepted here, within their bounds, and drained when the server stops. What
//! a request gets is in `edge.rs`.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Api, edge};
use crate::signal::Signal;

/// After a failed accept: the machine is short of something, which a busy loop would not bring back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound listener; nobody is answered yet.
pub(crate) struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
}

/// Binds the configured address.
///
/// # Errors
/// What the operating system says, with the address.
pub(crate) async fn bind(api: &crate::config::Api) -> io::Result<Listener> {
    let wanted = SocketAddr::new(api.host_ip, api.port);
    let tcp = TcpListener::bind(wanted).await?;
    let address = tcp.local_addr()?;
    Ok(Listener { tcp, address })
}

impl Listener {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until the signal is raised, then lets those that began come to their end, at most for
    /// this time.
    pub(crate) async fn serve(self, api: Api, stop: &Signal, patience: Duration) {
        let limits = &api.context.config.api;
        let connections = Arc::new(Semaphore::new(limits.connections_max));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_buf_size(limits.max_header_size_bytes.max(8192))
            .half_close(false);
        let draining = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.raised() => break,
                // A connection waits in the kernel's queue while all places are taken.
                accepted = accept(&self.tcp, &connections) => accepted,
            };
            match accepted {
                Ok((stream, peer, place)) => {
                    // Shared by all requests of the connection.
                    let connected = Arc::new((api.clone(), peer.ip().to_string()));
                    let connection = http.serve_connection(
                        TokioIo::new(stream),
                        service_fn(move |request| {
                            let connected = Arc::clone(&connected);
                            async move {
                                let (api, peer) = &*connected;
                                Ok::<_, Infallible>(edge::answer(api, peer, request).await)
                            }
                        }),
                    );
                    let connection = draining.watch(connection);
                    tokio::spawn(async move {
                        let _place = place;
                        if let Err(error) = connection.await {
                            tracing::debug!(%peer, %error, "a connection ended");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(self.tcp);
        if tokio::time::timeout(patience, draining.shutdown()).await.is_err() {
            tracing::warn!("requests were still being answered when the time to stop was over");
        }
    }
}

async fn accept(
    tcp: &TcpListener,
    connections: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(connections)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = tcp.accept().await?;
    // Answers are small: to wait for more to send would only delay them.
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}
