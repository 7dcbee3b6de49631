//! A receiver of webhooks on a port of this machine, with TLS or without.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use serde_json::Value;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A message, and whether it was answered with 2xx.
#[derive(Clone, Debug)]
pub struct Got {
    pub head: String,
    pub body: String,
    pub taken: bool,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let of = |line: &'_ str| {
            line.split_once(": ").filter(|(found, _)| found.eq_ignore_ascii_case(name)).is_some()
        };
        let line = self.head.lines().find(|line| of(line)).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        line.split_once(": ").expect("a header").1
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn session(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).expect("JSON");
        body["data"]["session_id"].as_str().expect("a session").to_owned()
    }

    /// As the specification says, with an HMAC of another library.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = Base64::decode_vec(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        let signed = [self.id(), self.header("webhook-timestamp"), &self.body].join(".");
        let mac = Base64::encode_string(&hmac_sha256(&key, signed.as_bytes()));
        self.header("webhook-signature").split(' ').any(|one| one == format!("v1,{mac}"))
    }
}

/// See the file's first sentence.
pub struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
    fails_every: Arc<AtomicUsize>,
}

impl Receiver {
    pub fn plain() -> Self {
        Self::start("http", |stream| Some(Box::new(stream)))
    }

    /// With a certificate for `localhost`, which is written to `authority` and vouches for itself.
    pub fn secure(authority: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        fs::write(authority, made.cert.pem()).expect("a file");
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        let config =
            Arc::new(config.with_single_cert(vec![made.cert.der().clone()], key).expect("a certificate"));
        Self::start("https", move |stream| {
            let tls = ServerConnection::new(config.clone()).ok()?;
            Some(Box::new(StreamOwned::new(tls, stream)))
        })
    }

    /// Every so many-th request is answered 500.
    pub fn fails_every(&self, requests: usize) {
        self.fails_every.store(requests, Ordering::SeqCst);
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Everything so far, once it is so many.
    pub fn until(&self, count: usize) -> Vec<Got> {
        self.until_is(|got| got.len() >= count)
    }

    /// Everything so far, once so many different messages were taken.
    pub fn until_taken(&self, count: usize) -> Vec<Got> {
        self.until_is(|got| {
            let taken: std::collections::BTreeSet<_> =
                got.iter().filter(|got| got.taken).map(Got::id).collect();
            taken.len() >= count
        })
    }

    fn until_is(&self, enough: impl Fn(&[Got]) -> bool) -> Vec<Got> {
        for _ in 0..1200 {
            let got = self.got.lock().expect("a list").clone();
            if enough(&got) {
                return got;
            }
            thread::sleep(Duration::from_millis(25));
        }
        panic!("too few messages came: {:?}", self.got.lock().expect("a list"));
    }

    fn start(scheme: &str, secured: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let host = if scheme == "https" { "localhost" } else { "127.0.0.1" };
        let this = Self {
            url: format!("{scheme}://{host}:{port}/of-the-receiver"),
            got: Arc::default(),
            fails_every: Arc::default(),
        };
        let (got, fails_every) = (this.got.clone(), this.fails_every.clone());
        thread::spawn(move || {
            for (n, stream) in listener.incoming().flatten().enumerate() {
                let every = fails_every.load(Ordering::SeqCst);
                let taken = every == 0 || (n + 1) % every != 0;
                if let Some(stream) = secured(stream) {
                    receive(stream, &got, taken);
                }
            }
        });
        this
    }
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

fn receive(mut stream: Box<dyn Stream>, got: &Mutex<Vec<Got>>, taken: bool) {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if length == Some(body.len()) {
            got.lock().expect("a list").push(Got { head: head.to_owned(), body: body.to_owned(), taken });
            break;
        }
    }
    let status = if taken { "204 No Content" } else { "500 Broken" };
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
    let _ = stream.flush();
}

/// RFC 2104, from SHA-256 alone.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let pad =
        |byte: u8| -> Vec<u8> { (0..64).map(|at| key.get(at).copied().unwrap_or_default() ^ byte).collect() };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}
