//! A client that costs as little as it can: one keep-alive connection, one buffer, no parsing beyond the length.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::output::Fault;

/// A keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer: its status, and where its body is.
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The head, up to the empty line.
    pub head: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).await.map_err(Fault::unreachable)?;
        stream.set_nodelay(true).map_err(Fault::failed)?;
        Ok(Self { stream, received: Vec::with_capacity(4096) })
    }

    /// Sends `request`, whole, and waits for the answer, whole.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, Fault> {
        self.stream.write_all(request).await.map_err(Fault::unreachable)?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await.map_err(Fault::unreachable)? == 0 {
                return Err(Fault::unreachable("the server closed the connection"));
            }
            if let Some((start, end)) = whole(&self.received)? {
                let status =
                    std::str::from_utf8(&self.received[9..12]).ok().and_then(|text| text.parse().ok());
                return Ok(Answer {
                    status: status.unwrap_or(0),
                    head: &self.received[..start - 4],
                    body: &self.received[start..end],
                });
            }
        }
    }
}

/// Where the body is, once all of it is there.
fn whole(received: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let Some(head) = find(received, b"\r\n\r\n") else { return Ok(None) };
    let length = find(&received[..head], b"content-length: ").and_then(|at| {
        let digits = &received[at + 16..head];
        let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
        std::str::from_utf8(&digits[..end]).ok()?.parse::<usize>().ok()
    });
    let length = length.ok_or_else(|| Fault::failed("an answer without a length"))?;
    let (start, end) = (head + 4, head + 4 + length);
    Ok((received.len() >= end).then_some((start, end)))
}

/// Where `needle` begins in `text`.
pub fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle[0];
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| *byte == first) {
        if text[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}
