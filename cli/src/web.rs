//! Speaking to any server over http or https, as an outsider does: the system's certificate authorities, and bounds on
//! everything.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, HOST};
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How long an answer may take in all.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// A body that is read, at most, in bytes.
const BODY_BYTES: usize = 256 * 1024;

/// A connection to a server.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where a URL leads: the server, and the path there.
#[derive(Debug, PartialEq, Eq)]
pub struct Address<'a> {
    secure: bool,
    /// What the `Host` header says.
    pub authority: &'a str,
    /// Begins with a slash, unless it is empty.
    pub path: &'a str,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl<'a> Address<'a> {
    /// Where `url` leads; nowhere if it is not http(s) with a host and without a user.
    pub fn parse(url: &'a str) -> Option<Self> {
        let (secure, rest) = match url.split_once("://")? {
            ("https", rest) => (true, rest),
            ("http", rest) => (false, rest),
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        (!authority.is_empty() && !authority.contains(['@', ' '])).then_some(Self { secure, authority, path })
    }

    /// Connects; with https, to whoever proves to be that host. `Err` says in words why not.
    pub async fn connect(&self) -> Result<Box<dyn Stream>, String> {
        let (host, port) = self.host_and_port();
        let said = |error: &dyn std::fmt::Display| format!("{}: {error}", self.authority);
        let tcp = TcpStream::connect((host, port)).await.map_err(|error| said(&error))?;
        if !self.secure {
            return Ok(Box::new(tcp));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|error| said(&error))?;
        let tls = TlsConnector::from(Arc::new(client()?)).connect(name, tcp).await;
        Ok(Box::new(tls.map_err(|error| said(&error))?))
    }

    /// The host without brackets, and the port that was given or goes without saying.
    fn host_and_port(&self) -> (&'a str, u16) {
        let given = self.authority.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        let (host, port) = given.unwrap_or((self.authority, if self.secure { 443 } else { 80 }));
        (host.trim_start_matches('[').trim_end_matches(']'), port)
    }
}

/// Whom we believe: whoever the system's certificate authorities vouch for (`SSL_CERT_FILE` names others).
pub fn client() -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err("this machine has no certificate authorities: install ca-certificates".to_owned());
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// GET, past caches, following no redirect. `Err` says in words why there is no answer.
pub async fn get(url: &str) -> Result<Answer, String> {
    let past_caches = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-cache"))]);
    send(Method::GET, url, past_caches, Bytes::new()).await
}

/// POST. `Err` says in words why there is no answer.
#[cfg(feature = "otel")]
pub async fn post(url: &str, headers: HeaderMap, body: Bytes) -> Result<Answer, String> {
    send(Method::POST, url, headers, body).await
}

async fn send(method: Method, url: &str, headers: HeaderMap, body: Bytes) -> Result<Answer, String> {
    let address = Address::parse(url).ok_or_else(|| format!("{url} is no http(s) address"))?;
    let answered = tokio::time::timeout(ANSWER_TIME, ask(method, &address, headers, body)).await;
    answered
        .unwrap_or_else(|_| Err(format!("{}: no answer in {} s", address.authority, ANSWER_TIME.as_secs())))
}

async fn ask(
    method: Method,
    address: &Address<'_>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", address.authority);
    let path = if address.path.is_empty() { "/" } else { address.path };
    let request = Request::builder().method(method).uri(path).body(Full::new(body));
    let mut request = request.map_err(|error| said(&error))?;
    *request.headers_mut() = headers;
    let host = HeaderValue::from_str(address.authority).map_err(|error| said(&error))?;
    request.headers_mut().insert(HOST, host);
    let stream = address.connect().await?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| said(&error))?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| said(&error))?;
    let (head, body) = response.into_parts();
    let body = Limited::new(body, BODY_BYTES).collect().await.map_err(|error| said(&error))?.to_bytes();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_server_and_a_path() {
        let parsed = |url| Address::parse(url).map(|address| (address.host_and_port(), address.path));
        assert_eq!(parsed("https://a.example/b?c"), Some((("a.example", 443), "/b?c")));
        assert_eq!(parsed("http://a.example"), Some((("a.example", 80), "")));
        assert_eq!(parsed("http://[::1]:7800/x"), Some((("::1", 7800), "/x")));
        assert_eq!(parsed("https://[::1]/x"), Some((("::1", 443), "/x")));
        for wrong in ["", "a.example", "ftp://a.example", "http://", "http:///x", "https://me@a.example/"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
