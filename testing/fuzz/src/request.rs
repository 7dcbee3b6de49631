//! Whole requests, one after the other, to one server.

use http::Method;

use crate::headers;
use crate::world::{World, block_on};

/// Stands between two requests.
const NEXT: &[u8] = b"\n===\n";
/// Requests of one input, at most.
const REQUESTS: usize = 8;

/// Takes requests as one would write them down: a line with method and address, headers, an empty line, a body. `{key}`,
/// `{refresh}` and so on stand for what a client holds by then.
pub fn run(input: &[u8]) {
    block_on(async {
        let mut world = World::new().await;
        let mut rest = input;
        for _ in 0..REQUESTS {
            let (this, more) = split_at(rest, NEXT).unwrap_or((rest, &[]));
            send(&mut world, this).await;
            rest = more;
        }
    });
}

async fn send(world: &mut World, written: &[u8]) -> Option<()> {
    let (head, body) = split_at(written, b"\n\n").unwrap_or((written, &[]));
    let head = world.filled_in(head);
    let (line, lines) = split_at(&head, b"\n").unwrap_or((&head, &[]));
    let (method, address) = split_at(line, b" ")?;
    let method = Method::from_bytes(method).ok()?;
    let address = std::str::from_utf8(address).ok()?;
    let body = world.filled_in(body);
    world.ask(method, address, headers::parse(lines), body).await.map(drop)
}

/// What is before `mark`, and what is after it.
fn split_at<'i>(input: &'i [u8], mark: &[u8]) -> Option<(&'i [u8], &'i [u8])> {
    let at = input.windows(mark.len()).position(|window| window == mark)?;
    Some((&input[..at], &input[at + mark.len()..]))
}
