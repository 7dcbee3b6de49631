//! Speaking to a running server: through its own socket, or over the network with an API key.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::UnixStream;

use crate::node::SOCKET;
use crate::output::Fault;
use crate::web::{Address, Stream};

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
        let body = body.map(Value::to_string).unwrap_or_default();
        answer(stream, request.body(Full::new(Bytes::from(body))).map_err(Fault::failed)?).await
    }
}

async fn answer(stream: Box<dyn Stream>, request: Request<Full<Bytes>>) -> Result<Bytes, Fault> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(Fault::unreachable)?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(Fault::unreachable)?;
    let status = response.status();
    let bytes = response.into_body().collect().await.map_err(Fault::unreachable)?.to_bytes();
    if status.is_success() {
        return Ok(bytes);
    }
    let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let says = said["error"].as_str().unwrap_or("the server refused");
    let hint = said["hint"].as_str().unwrap_or_default();
    let text = format!("{status}: {says} {hint}").trim_end().to_owned();
    Err(if status.is_server_error() { Fault::unreachable(text) } else { Fault::refused(text) })
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
