//! One keep-alive HTTP/1.1 connection that is made again when it broke.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;

const LONGEST: Duration = Duration::from_secs(10);

/// A connection.
pub struct Wire {
    port: u16,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    Answered {
        status: u16,
        /// JSON, or the text that it was instead.
        body: Value,
    },
    /// It was sent; whether it was done is not known.
    Lost,
    /// It was not sent.
    Down,
}

/// A request, ready to be sent as often as needed.
#[derive(Clone)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    pub header: Option<(&'static str, String)>,
    pub body: Value,
}

impl Wire {
    pub fn new(port: u16) -> Self {
        Self { port, sender: None }
    }

    /// Sends a request and waits for its answer.
    pub async fn ask(&mut self, ask: &Ask) -> Outcome {
        let Some(mut sender) = self.connected().await else { return Outcome::Down };
        let answered = timeout(LONGEST, answer(&mut sender, ask)).await;
        match answered {
            Ok(Ok((status, body))) => {
                self.sender = Some(sender);
                Outcome::Answered { status, body }
            }
            _ => Outcome::Lost,
        }
    }

    async fn connected(&mut self) -> Option<SendRequest<Full<Bytes>>> {
        if let Some(mut sender) = self.sender.take()
            && sender.ready().await.is_ok()
        {
            return Some(sender);
        }
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        Some(sender)
    }
}

async fn answer(
    sender: &mut SendRequest<Full<Bytes>>,
    ask: &Ask,
) -> Result<(u16, Value), Box<dyn std::error::Error + Send + Sync>> {
    let mut request = Request::builder()
        .method(ask.method.clone())
        .uri(&ask.path)
        .header("host", "localhost")
        .header("content-type", "application/json");
    if let Some((name, value)) = &ask.header {
        request = request.header(*name, value);
    }
    let body = if ask.body.is_null() { String::new() } else { ask.body.to_string() };
    let response = sender.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await?.to_bytes();
    let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
    Ok((status, serde_json::from_slice(&bytes).unwrap_or_else(|_| text())))
}
