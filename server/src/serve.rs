//! The accept loop: bounded connections, bounded heads, and a drain that loses no accepted request.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

use crate::address::Peer;
use crate::connections::Connections;
use crate::limits::{HEAD_BYTES, HEADERS, Patience};
use crate::tls::Tls;
use crate::write_time::WriteTime;

/// How long to wait after an accept failed, for want of file descriptors for instance.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Where connections come from.
pub enum Listener {
    /// The network.
    Network(TcpListener),
    /// The network, with TLS of our own.
    Secure(TcpListener, Tls),
    /// The process's own socket, whose callers are its owner.
    Owner(UnixListener),
}

/// Serves `router` on `listeners` until `stop` says so; then accepts nothing more and lets accepted requests finish, for
/// ten seconds at most. Counts open connections in `connections`.
pub async fn serve(
    router: Router,
    listeners: Vec<Listener>,
    stop: watch::Receiver<bool>,
    connections: Connections,
) {
    serve_within(router, listeners, stop, Patience::default(), connections).await;
}

/// The same with other limits for slow clients.
pub async fn serve_within(
    router: Router,
    listeners: Vec<Listener>,
    stop: watch::Receiver<bool>,
    patience: Patience,
    connections: Connections,
) {
    let graceful = Arc::new(GracefulShutdown::new());
    let network = Arc::new(Semaphore::new(patience.connections));
    let loops: Vec<_> = listeners
        .into_iter()
        .map(|listener| {
            let serving = Serving { router: router.clone(), patience, stop: stop.clone() };
            let (graceful, connections) = (graceful.clone(), connections.clone());
            let accepted = Accepted { graceful, serving, connections };
            // The network cannot keep the owner out.
            let free = match &listener {
                Listener::Network(_) | Listener::Secure(..) => network.clone(),
                Listener::Owner(_) => Arc::new(Semaphore::new(patience.connections)),
            };
            tokio::spawn(accept(listener, accepted, free, stop.clone()))
        })
        .collect();
    for accepting in loops {
        if let Err(error) = accepting.await {
            tracing::error!(%error, "an accept loop ended");
        }
    }
    if let Some(graceful) = Arc::into_inner(graceful)
        && tokio::time::timeout(patience.drain_time, graceful.shutdown()).await.is_err()
    {
        tracing::warn!("some requests were still running when the time to drain was over");
    }
}

async fn accept(listener: Listener, what: Accepted, free: Arc<Semaphore>, mut stop: watch::Receiver<bool>) {
    loop {
        let next = async {
            let permit = free.clone().acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, peer)| (stream, peer, permit))
        };
        let accepted = tokio::select! {
            accepted = next => accepted,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match accepted {
            Ok((stream, peer, permit)) => {
                let counted = what.connections.one_more();
                let (watcher, serving) = (what.graceful.watcher(), what.serving.clone());
                let mut stopping = stop.clone();
                tokio::spawn(async move {
                    let ready = tokio::select! {
                        biased;
                        ready = stream.ready(serving.patience.head_time) => ready,
                        // There is no request yet that could be lost.
                        _ = stopping.wait_for(|stop| *stop) => return,
                    };
                    let served = match ready {
                        Ok(stream) => {
                            watcher.watch(serving.connection(stream, peer)).await.map_err(io::Error::other)
                        }
                        Err(error) => Err(error),
                    };
                    // A peer that went away or sent no HTTP is its own affair.
                    if let Err(error) = served {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    drop((permit, counted));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// What becomes of connections.
struct Accepted {
    graceful: Arc<GracefulShutdown>,
    serving: Serving,
    connections: Connections,
}

/// What becomes of one.
#[derive(Clone)]
struct Serving {
    router: Router,
    patience: Patience,
    stop: watch::Receiver<bool>,
}

impl Serving {
    fn connection(
        &self,
        stream: Box<dyn Stream>,
        peer: Peer,
    ) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + use<> {
        let router = self.router.clone();
        let stream = WriteTime::new(stream, self.patience.write_time, self.stop.clone());
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            let router = router.clone();
            async move {
                Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
            }
        });
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience.head_time)
            .max_header_size(HEAD_BYTES)
            .max_buf_size(HEAD_BYTES)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(stream), service)
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection that may have to prove who we are first.
enum Arrived {
    Plain(Box<dyn Stream>),
    Secure(TcpStream, Tls),
}

impl Arrived {
    /// The stream that HTTP is spoken on.
    async fn ready(self, within: Duration) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Plain(stream) => Ok(stream),
            Self::Secure(stream, tls) => Ok(Box::new(tls.accept(stream, within).await?)),
        }
    }
}

impl Listener {
    async fn accept(&self) -> io::Result<(Arrived, Peer)> {
        let of_network = |(stream, address): (TcpStream, SocketAddr)| {
            stream.set_nodelay(true).map(|()| (stream, Peer::Network(address)))
        };
        Ok(match self {
            Self::Network(listener) => {
                let (stream, peer) = of_network(listener.accept().await?)?;
                (Arrived::Plain(Box::new(stream)), peer)
            }
            Self::Secure(listener, tls) => {
                let (stream, peer) = of_network(listener.accept().await?)?;
                (Arrived::Secure(stream, tls.clone()), peer)
            }
            Self::Owner(listener) => (Arrived::Plain(Box::new(listener.accept().await?.0)), Peer::Owner),
        })
    }
}
