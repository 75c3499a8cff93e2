//! The listener: connections are accepted here, within their bounds, and closed when the server stops. What
//! a request gets is in `edge.rs`.
//!
//! While a stopping server waits for its calls, clients are still answered, though no call begins: so each reads why
//! it should go elsewhere, and who asks for the health is told. Only then nothing is accepted any more.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulConnection;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::addresses::Addresses;
use super::closing::Closing;
use super::fault::Fault;
use super::watched::{Patience, Requests, Watched};
use super::{Api, edge};
use crate::signal::Signal;

/// After a failed accept: the machine is short of something, which a busy loop would not bring back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long those are waited for who had connected when the listener was closed.
const LAST_REQUEST_MAX: Duration = Duration::from_secs(1);

/// How long one is waited for who is told that its address has too many connections, and how many such at a time;
/// further ones are not told.
const REFUSED_PATIENCE: Duration = Duration::from_secs(1);
const REFUSED_MAX: usize = 64;

/// What hyper allows by itself. To name a number costs each request an allocation, even this one.
const HEADERS_MAX: usize = 100;

/// A bound listener; nobody is answered yet.
pub(crate) struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
}

/// Binds the configured address.
///
/// # Errors
/// What the operating system says, with the address.
pub(crate) fn bind(api: &crate::config::Api) -> io::Result<Listener> {
    let wanted = SocketAddr::new(api.host_ip, api.port);
    let socket = if wanted.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // The port of a server that just ended is free.
    socket.set_reuseaddr(true)?;
    socket.bind(wanted)?;
    let tcp = socket.listen(api.accept_queue_max)?;
    let address = tcp.local_addr()?;
    Ok(Listener { tcp, address })
}

impl Listener {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until the signal is raised, then lets those that began come to their end.
    pub(crate) async fn serve(self, api: Api, close: &Arc<Signal>) {
        let limits = &api.context.config.api;
        let connections = Arc::new(Semaphore::new(limits.connections_max));
        let mut http = http1::Builder::new();
        // Who is slow is `watched.rs`'s concern: hyper would set a timer for each request.
        http.header_read_timeout(None)
            .max_buf_size(limits.max_header_size_bytes.max(8192))
            // That a client has left is noticed there as well.
            .half_close(true);
        if limits.headers_max != HEADERS_MAX {
            http.max_headers(limits.headers_max);
        }
        let addresses = Arc::new(Addresses::default());
        let refused = Arc::new(Semaphore::new(REFUSED_MAX));
        loop {
            let accepted = tokio::select! {
                biased;
                () = close.raised() => break,
                // A connection waits in the kernel's queue while all places are taken.
                accepted = accept(&self.tcp, &connections) => accepted,
            };
            match accepted {
                Ok((stream, peer, place)) => {
                    let own_place = match addresses.enter(peer.ip(), limits.connections_max_of(peer.ip())) {
                        Ok(own_place) => own_place,
                        Err(crowded) => {
                            let why = too_many_connections(peer, crowded.max);
                            api.context.metrics.connections_refused.count();
                            if crowded.is_news {
                                tracing::warn!("{why}");
                            }
                            if let Ok(telling) = Arc::clone(&refused).try_acquire_owned() {
                                tokio::spawn(refuse(http.clone(), stream, why, telling));
                            }
                            continue;
                        }
                    };
                    let connection = Closing::new(connection(&http, stream, peer, &api), close);
                    let context = Arc::clone(&api.context);
                    tokio::spawn(async move {
                        let _places = (place, own_place, context.metrics.connected());
                        if let Err(error) = connection.await {
                            tracing::debug!(%peer, %error, "a connection ended");
                        }
                    });
                }
                Err(error) => {
                    api.context.metrics.accept_errors.count();
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        // Those that rest are closed, the others when they have their answer.
        let all = u32::try_from(limits.connections_max).unwrap_or(u32::MAX);
        let _ = connections.acquire_many(all).await;
        http.keep_alive(false);
        self.answer_the_last(&http, &api).await;
    }

    /// Closes the listener. Who had connected by then may have sent a request: to close under it would look like a
    /// crash, so it is answered.
    async fn answer_the_last(self, http: &http1::Builder, api: &Api) {
        let Ok(tcp) = self.tcp.into_std() else { return };
        let mut last = JoinSet::new();
        // Does not block: no more are in the queue at the first error.
        while let Ok((stream, peer)) = tcp.accept() {
            let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
            if let Ok(stream) = stream {
                last.spawn(connection(http, stream, peer, api));
            }
        }
        drop(tcp);
        // Who sends nothing is not waited for any longer.
        let _ = tokio::time::timeout(LAST_REQUEST_MAX, async { while last.join_next().await.is_some() {} }).await;
    }
}

fn too_many_connections(peer: SocketAddr, max: usize) -> String {
    format!(
        "{} has {max} connections, as many as one address may; api.connections_per_address_max is the bound",
        peer.ip()
    )
}

/// Tells a client why it has no place, whatever it asks, and closes.
async fn refuse(http: http1::Builder, stream: TcpStream, why: String, _telling: OwnedSemaphorePermit) {
    let tell = service_fn(|_| {
        let fault = Fault::new(StatusCode::SERVICE_UNAVAILABLE, &*why)
            .retry_after(1)
            .closing();
        ready(Ok::<_, Infallible>(fault.into_response()))
    });
    // Who did not ask in time is not told.
    let _ = tokio::time::timeout(REFUSED_PATIENCE, http.serve_connection(TokioIo::new(stream), tell)).await;
}

fn connection(
    http: &http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    api: &Api,
) -> impl GracefulConnection<Error = hyper::Error> + Send + use<> {
    // Shared by all requests of the connection.
    let requests = Requests::default();
    let connected = Arc::new((api.clone(), peer.ip().to_string(), requests.clone()));
    let limits = &api.context.config.api;
    let patience = Patience {
        head: limits.header_timeout,
        idle: limits.idle_timeout,
    };
    http.serve_connection(
        TokioIo::new(Watched::new(stream, patience, requests)),
        service_fn(move |request| {
            let connected = Arc::clone(&connected);
            async move {
                let (api, peer, requests) = &*connected;
                let answering = requests.begin();
                let response = edge::answer(api, peer, request).await;
                if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    requests.leave_unread();
                }
                // An answer may still be in the making when its head is sent.
                Ok::<_, Infallible>(response.map(|body| body.until_sent(answering)))
            }
        }),
    )
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
