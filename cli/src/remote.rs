//! Speaking to a running server: through its own socket, or over the network with an API key.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName};
use http::request::Builder;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::UnixStream;

use crate::node::SOCKET;
use crate::output::Fault;
use crate::web::{Address, Stream};

/// What the server adds when it refuses what could have changed something; of a mere question it need not be said.
const UNCHANGED: &str = "Nothing was changed.";

/// How long to wait before a lost stream is followed again.
const AGAIN: Duration = Duration::from_secs(1);

/// Which server a command speaks to.
#[derive(Args)]
pub struct Remote {
    /// The folder of the server's store, whose socket is used.
    #[arg(long, default_value = "tenure-data")]
    data_dir: PathBuf,
    /// Speak to this address (https://…) instead, with the API key in TENURE_API_KEY.
    #[arg(long)]
    server: Option<String>,
}

impl Remote {
    /// Whether anybody listens at its socket.
    pub fn answers(&self) -> bool {
        std::os::unix::net::UnixStream::connect(self.data_dir.join(SOCKET)).is_ok()
    }

    /// Sends a request and reads the JSON of its answer; an empty one is null.
    pub fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Fault> {
        self.call_with(method, path, &[], body)
    }

    /// The same with further headers.
    pub fn call_with<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, String)],
        body: Option<&Value>,
    ) -> Result<T, Fault> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::failed)?;
        let bytes = runtime.block_on(self.send(method, path, headers, body))?;
        let text: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
        serde_json::from_slice(text)
            .map_err(|error| Fault::failed(format!("the server's answer is not understood: {error}")))
    }

    /// The server whose store is in `folder`.
    pub fn of_folder(folder: PathBuf) -> Self {
        Self { data_dir: folder, server: None }
    }

    /// The folder of the server's store, if it is on this machine.
    pub fn folder(&self) -> Option<&Path> {
        self.server.is_none().then_some(&*self.data_dir)
    }

    /// GET.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        self.call(Method::GET, path, None)
    }

    /// Follows an event stream: gives the data of each event to `each`, until that says that it has had enough. A connection that
    /// was lost is made again, and goes on after the last event that came.
    pub fn follow(&self, path: &str, mut each: impl FnMut(&str) -> bool) -> Result<(), Fault> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::failed)?;
        runtime.block_on(async {
            let mut last = None;
            loop {
                match self.read_stream(path, &mut last, &mut each).await {
                    Ok(true) => return Ok(()),
                    Err(fault) if last.is_none() || !fault.may_pass() => return Err(fault),
                    Ok(false) | Err(_) => {
                        let _ = writeln!(std::io::stderr(), "tenure: the connection was lost; trying again");
                        tokio::time::sleep(AGAIN).await;
                    }
                }
            }
        })
    }

    /// Says whether `each` has had enough; otherwise the server has closed the stream.
    async fn read_stream(
        &self,
        path: &str,
        last: &mut Option<String>,
        each: &mut impl FnMut(&str) -> bool,
    ) -> Result<bool, Fault> {
        let mut request = Request::get(path).header(ACCEPT, "text/event-stream");
        if let Some(id) = last {
            request = request.header("last-event-id", id.as_str());
        }
        let mut body = self.ask(request, String::new()).await?.into_body();
        let mut text = Vec::new();
        while let Some(frame) = body.frame().await {
            text.extend_from_slice(
                frame.map_err(Fault::unreachable)?.data_ref().map_or(&[][..], |data| data),
            );
            while let Some(end) = text.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = text.drain(..end + 2).collect();
                for line in String::from_utf8_lossy(&block).lines() {
                    if let Some(id) = line.strip_prefix("id: ") {
                        *last = Some(id.to_owned());
                    }
                    if line.strip_prefix("data: ").is_some_and(|data| !each(data)) {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, String)],
        body: Option<&Value>,
    ) -> Result<Bytes, Fault> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let answer = self.ask(request, body).await?;
        Ok(answer.into_body().collect().await.map_err(Fault::unreachable)?.to_bytes())
    }

    /// The answer to a request, if it is what was asked for.
    async fn ask(&self, mut request: Builder, body: String) -> Result<Response<Incoming>, Fault> {
        let stream: Box<dyn Stream> = match &self.server {
            None => {
                request = request.header(HOST, "localhost");
                let socket = self.data_dir.join(SOCKET);
                let connected = UnixStream::connect(&socket).await;
                Box::new(connected.map_err(|error| {
                    Fault::unreachable(format!(
                        "no server answers at {} ({error}): is one running?",
                        socket.display()
                    ))
                })?)
            }
            Some(url) => {
                let address = address(url)?;
                request = request.header(HOST, address.authority);
                if let Ok(key) = std::env::var("TENURE_API_KEY") {
                    request = request.header(AUTHORIZATION, format!("Bearer {key}"));
                }
                address.connect().await.map_err(Fault::unreachable)?
            }
        };
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(Fault::unreachable)?;
        tokio::spawn(connection);
        let request = request.body(Full::new(Bytes::from(body))).map_err(Fault::failed)?;
        let reads = request.method() == Method::GET;
        let response = sender.send_request(request).await.map_err(Fault::unreachable)?;
        if response.status().is_success() { Ok(response) } else { Err(refused(response, reads).await?) }
    }
}

/// Why the server did not do it, in its words.
async fn refused(response: Response<Incoming>, reads: bool) -> Result<Fault, Fault> {
    let status = response.status();
    let bytes = response.into_body().collect().await.map_err(Fault::unreachable)?.to_bytes();
    let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let says = said["error"].as_str().unwrap_or("the server refused");
    let hint = said["hint"].as_str().unwrap_or_default();
    let hint = if reads { hint.trim_start_matches(UNCHANGED).trim_start() } else { hint };
    let text = format!("{status}: {says}");
    let fault = if status.is_server_error() { Fault::unreachable(text) } else { Fault::refused(text) };
    Ok(if hint.is_empty() { fault } else { fault.with(hint) })
}

fn address(url: &str) -> Result<Address<'_>, Fault> {
    let address = Address::parse(url.trim_end_matches('/')).filter(|address| address.path.is_empty());
    address.ok_or_else(|| Fault::failed("--server must be https://HOST or http://HOST:PORT"))
}

/// `text` as one segment of a path or one value of a query.
pub fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
