//! HTTP to one server: no redirects, bounds on everything, and the system's certificate authorities.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::limits::{ANSWER_BYTES, ANSWER_MILLIS};

/// How long a connection that nobody uses is kept for the next request.
const IDLE: Duration = Duration::from_secs(30);

/// A connection to a server.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// How to come by a connection.
#[derive(Clone)]
pub(crate) enum Connector {
    /// Over the network; https where there are authorities to believe.
    Network(Option<TlsConnector>),
    /// To a server in this process, which takes the other end.
    #[cfg(feature = "test")]
    Process(tokio::sync::mpsc::UnboundedSender<tokio::io::DuplexStream>),
}

/// A client.
pub(crate) struct Web {
    client: Client<Connector, Full<Bytes>>,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Web {
    pub(crate) fn new(connector: Connector) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        Web { client: builder.build(connector) }
    }

    /// Asks, and takes the whole answer, in [`ANSWER_MILLIS`] and [`ANSWER_BYTES`]. `Err` says in words why there is none.
    pub(crate) async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        self.ask_within(request, Duration::from_millis(ANSWER_MILLIS), ANSWER_BYTES).await
    }

    /// As [`Web::ask`], within these bounds.
    pub(crate) async fn ask_within(
        &self,
        request: Request<Full<Bytes>>,
        time: Duration,
        bytes: usize,
    ) -> Result<Answer, String> {
        let address = request.uri().clone();
        let said = |error: &dyn std::fmt::Display| format!("{address}: {error}");
        let answer = async {
            let (head, body) = self.begin(request).await?.into_parts();
            let body = Limited::new(body, bytes).collect().await.map_err(|error| said(&error))?.to_bytes();
            Ok(Answer { status: head.status, headers: head.headers, body })
        };
        let late = || Err(said(&format_args!("no whole answer in {} ms", time.as_millis())));
        timeout(time, answer).await.unwrap_or_else(|_| late())
    }

    /// Asks, and waits for the head of the answer, however long that takes.
    pub(crate) async fn begin(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, String> {
        let address = request.uri().clone();
        self.client.request(request).await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            format!("{address}: {error}{}", cause.unwrap_or_default())
        })
    }
}

/// A request's body that holds nothing.
pub(crate) fn empty() -> Full<Bytes> {
    Full::new(Bytes::new())
}

impl Connector {
    /// Over the network, believing whom the system's certificate authorities vouch for (`SSL_CERT_FILE` names others). `Err` says
    /// in words what is missing.
    pub(crate) fn network(secure: bool) -> Result<Self, String> {
        if !secure {
            return Ok(Connector::Network(None));
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err("this machine has no certificate authorities: install ca-certificates".to_owned());
        }
        Self::believing(roots)
    }

    /// Over the network, by https, believing whom these vouch for.
    fn believing(roots: RootCertStore) -> Result<Self, String> {
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Ok(Connector::Network(Some(TlsConnector::from(Arc::new(config)))))
    }

    async fn connect(self, address: Uri) -> io::Result<Box<dyn Io>> {
        match self {
            Connector::Network(tls) => over_the_network(tls, &address).await,
            #[cfg(feature = "test")]
            Connector::Process(server) => {
                let (ours, theirs) = tokio::io::duplex(ANSWER_BYTES);
                server.send(theirs).map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
                Ok(Box::new(ours))
            }
        }
    }
}

async fn over_the_network(tls: Option<TlsConnector>, address: &Uri) -> io::Result<Box<dyn Io>> {
    let host = address.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let port = address.port_u16().unwrap_or(if tls.is_some() { 443 } else { 80 });
    let tcp = TcpStream::connect((host, port)).await?;
    tcp.set_nodelay(true)?;
    let Some(tls) = tls else { return Ok(Box::new(tcp)) };
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    Ok(Box::new(tls.connect(name, tcp).await?))
}

impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Io>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let connecting = self.clone().connect(address);
        Box::pin(async move { connecting.await.map(TokioIo::new) })
    }
}

impl Connection for Box<dyn Io> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

#[cfg(test)]
mod tests;
