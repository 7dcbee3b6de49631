//! A proxy in front of a server, which may do its work badly.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// What a proxy does to answers, and whether it says for whom it forwards.
#[derive(Clone, Copy)]
pub struct Manners {
    pub says_for_whom: bool,
    /// Is given the path and the answer.
    pub change: fn(&str, String) -> String,
}

impl Manners {
    pub const GOOD: Self = Self { says_for_whom: true, change: |_, answer| answer };
}

/// Forwards from a free port to `server`; says which port that is. Lives as long as the test's process.
pub fn proxy(server: u16, manners: Manners) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || forward(stream, server, manners));
        }
    });
    port
}

/// One request without a body, one answer, then the connection ends.
fn forward(mut client: TcpStream, server: u16, manners: Manners) -> Option<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        (client.read(&mut byte).ok()? == 1).then(|| head.push(byte[0]))?;
    }
    let head = String::from_utf8(head).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    let mut more = "Connection: close\r\n\r\n".to_owned();
    if manners.says_for_whom {
        more = format!("X-Forwarded-For: 203.0.113.9\r\n{more}");
    }
    let mut upstream = TcpStream::connect(("127.0.0.1", server)).ok()?;
    upstream.write_all(format!("{}{more}", head.strip_suffix("\r\n")?).as_bytes()).ok()?;
    let mut answer = String::new();
    upstream.read_to_string(&mut answer).ok()?;
    client.write_all((manners.change)(&path, answer).as_bytes()).ok()
}

/// `answer` with another body.
pub fn with_body(answer: &str, body: &str) -> String {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length"));
    let kept: Vec<_> = kept.collect();
    format!("{}\r\ncontent-length: {}\r\n\r\n{body}", kept.join("\r\n"), body.len())
}

/// The body of `answer`.
pub fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}
