//! One HTTP request on one connection, by hand, so that anything can be sent.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

const LONGEST: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Itself, when it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// Sends a request whose body is JSON if there is one, and reads the answer.
pub fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
    ask_with((port, "localhost"), method, path, headers, body)
}

/// The same under another name of this host.
pub fn ask_as(port: u16, host: &str, method: &str, path: &str, body: &str) -> io::Result<Answer> {
    ask_with((port, host), method, path, &[], body)
}

/// With headers, under any name of this host.
pub fn ask_with(
    (port, host): (u16, &str),
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Answer> {
    let mut stream = connect(port)?;
    let named = format!("Host: {host}\r\n");
    let head = head(method, path, headers, body.len()).replacen("Host: localhost\r\n", &named, 1);
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    read(stream)
}

/// A connection to this machine.
pub fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(LONGEST))?;
    Ok(stream)
}

/// The head of a request that ends its connection.
pub fn head(method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) && length > 0 {
        head += "Content-Type: application/json\r\n";
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head + &format!("Content-Length: {length}\r\n\r\n")
}

/// Reads an answer up to the end of its connection.
pub fn read(mut stream: TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.get(9..12).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("no status"))?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
