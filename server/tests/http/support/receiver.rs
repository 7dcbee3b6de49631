//! A receiver of webhooks on a real socket of this machine, which keeps what it gets and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::hmac;
use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// Longer than anything here may take: a test that waits this long has failed.
const STUCK: Duration = Duration::from_secs(20);

/// How a request is answered.
#[derive(Clone)]
pub enum Reply {
    /// With this status, and nothing else.
    Status(u16),
    /// With these bytes.
    Bytes(String),
    /// With a head, and a body that never ends.
    Endless,
    /// With informational answers that never end.
    Informing,
    /// It is taken, once somebody lets it.
    Once(Arc<Notify>),
    /// Not at all.
    Never,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Got {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(found, _)| found == name);
        let value = &found.next().unwrap_or_else(|| panic!("no {name}: {self:?}")).1;
        assert!(found.next().is_none(), "{name} twice");
        value
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// As the specification says, from its text alone: how many of the signatures are made with `secret`.
    pub fn signatures_of(&self, secret: &str) -> usize {
        let key = Base64::decode_vec(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = [self.header("webhook-id"), self.header("webhook-timestamp"), &self.body].join(".");
        let expected = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        let ours = |signature: &&str| {
            let (version, mac) = signature.split_once(',').unwrap();
            version == "v1" && Base64::decode_vec(mac).unwrap() == expected.as_ref()
        };
        self.header("webhook-signature").split(' ').filter(ours).count()
    }
}

/// See the file's first sentence.
pub struct Receiver {
    port: u16,
    got: watch::Sender<Vec<Got>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    then: Arc<Mutex<Reply>>,
}

impl Receiver {
    /// One that takes everything.
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            port: listener.local_addr().unwrap().port(),
            got: watch::Sender::new(Vec::new()),
            replies: Arc::default(),
            then: Arc::new(Mutex::new(Reply::Status(204))),
        };
        let (got, replies, then) = (this.got.clone(), this.replies.clone(), this.then.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (got, replies, then) = (got.clone(), replies.clone(), then.clone());
                tokio::spawn(async move {
                    let reply = || {
                        replies.lock().unwrap().pop_front().unwrap_or_else(|| then.lock().unwrap().clone())
                    };
                    receive(stream, &got, reply).await
                });
            }
        });
        this
    }

    /// The next requests are answered in this way, in turn; those after them as before.
    pub fn answers(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    /// From now on every request is answered in this way.
    pub fn always_answers(&self, reply: Reply) {
        *self.then.lock().unwrap() = reply;
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks?of=us", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything so far.
    pub fn got(&self) -> Vec<Got> {
        self.got.borrow().clone()
    }

    /// Everything so far, once it is so many requests.
    #[track_caller]
    pub fn until(&self, count: usize) -> impl Future<Output = Vec<Got>> + use<> {
        let mut got = self.got.subscribe();
        async move {
            let enough = async { drop(got.wait_for(|got| got.len() >= count).await) };
            let came = tokio::time::timeout(STUCK, enough).await.is_ok();
            let got = got.borrow().clone();
            assert!(came, "only {} of {count} messages came", got.len());
            got
        }
    }
}

async fn receive(mut stream: TcpStream, got: &watch::Sender<Vec<Got>>, reply: impl FnOnce() -> Reply) {
    let mut bytes = Vec::new();
    let request = loop {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
        if let Some(request) = whole(&bytes) {
            break request;
        }
    };
    let reply = reply();
    got.send_modify(|all| all.push(request));
    let bytes = match reply {
        Reply::Status(status) => format!("HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n"),
        Reply::Bytes(bytes) => bytes,
        Reply::Once(let_it) => {
            let_it.notified().await;
            "HTTP/1.1 204 Said\r\n\r\n".to_owned()
        }
        Reply::Never => return std::future::pending().await,
        Reply::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
            while stream.write_all(b"3e8\r\n").await.is_ok()
                && stream.write_all(&[b'x'; 1000]).await.is_ok()
                && stream.write_all(b"\r\n").await.is_ok()
            {}
            return;
        }
        Reply::Informing => {
            while stream.write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n").await.is_ok() {
                tokio::task::yield_now().await;
            }
            return;
        }
    };
    let _ = stream.write_all(bytes.as_bytes()).await;
}

fn whole(bytes: &[u8]) -> Option<Got> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?.to_owned();
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: Vec<_> = lines.filter_map(header).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse::<usize>().ok()?;
    (body.len() == length).then(|| Got { line, headers, body: body.to_owned() })
}

/// What `POST ISS/webhooks` takes for `url`.
pub fn to(url: &str) -> Value {
    json!({"url": url})
}
