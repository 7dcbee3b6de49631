//! Sessions to refresh: opened over HTTP, then refreshed in turn by the client that holds them.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::ops::Range;

use super::http::{Connection, find};
use super::load::{Client, Clients};
use super::process::Server;
use crate::output::Fault;

const TOKEN_BYTES: usize = 96;

/// Refresh tokens, the next to be used first.
pub type Tokens = VecDeque<[u8; TOKEN_BYTES]>;

/// Opens a session for each of `users` through `connections` connections, and gives each connection's share of refresh
/// tokens.
pub async fn open(server: &Server, connections: usize, users: Range<usize>) -> Result<Vec<Tokens>, Fault> {
    let local = tokio::task::LocalSet::new();
    let shares: Vec<_> = (0..connections)
        .map(|share| {
            let users: Vec<_> = users.clone().skip(share).step_by(connections).map(uuid).collect();
            Ok(local.spawn_local(open_share(server.address()?, opening_head(server), users)))
        })
        .collect::<Result<_, Fault>>()?;
    local
        .run_until(async {
            let mut opened = Vec::with_capacity(connections);
            for share in shares {
                opened.push(share.await.map_err(Fault::failed)??);
            }
            Ok(opened)
        })
        .await
}

/// Opens `count` sessions of one user, one after the other.
pub async fn open_for(server: &Server, user: &str, count: usize) -> Result<(), Fault> {
    open_share(server.address()?, opening_head(server), vec![user.to_owned(); count]).await.map(drop)
}

/// Opens a session for each of `users`, one after the other, and gives their ids.
pub async fn open_ids(server: &Server, users: Range<usize>) -> Result<Vec<String>, Fault> {
    let (mut connection, head) = (Connection::open(server.address()?).await?, opening_head(server));
    let mut ids = Vec::with_capacity(users.len());
    for user in users {
        let answer = connection.exchange(opening(&head, &uuid(user)).as_bytes()).await?;
        let opened: serde_json::Value = serde_json::from_slice(answer.body).map_err(Fault::failed)?;
        let id = opened["auth_result"]["session_id"].as_str();
        ids.push(id.ok_or_else(|| Fault::failed("a session could not be opened"))?.to_owned());
    }
    Ok(ids)
}

/// A client for each share of tokens.
pub async fn refreshers(server: &Server, shares: Vec<Tokens>) -> Result<Clients<Refresher>, Fault> {
    let mut clients = Vec::with_capacity(shares.len());
    for (number, tokens) in shares.into_iter().enumerate() {
        let connection = Connection::open(server.address()?).await?;
        clients.push((connection, Refresher::new(server.says("app_id"), number, tokens)));
    }
    Ok(clients)
}

/// A name as long as a UUID.
fn uuid(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// An opening up to the length of its body.
fn opening_head(server: &Server) -> String {
    format!(
        "POST /v1/apps/{}/sessions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: ",
        server.says("app_id"),
        server.says("api_key")
    )
}

fn opening(head: &str, user: &str) -> String {
    let body = format!("{{\"user_id\":\"{user}\"}}");
    format!("{head}{}\r\n\r\n{body}", body.len())
}

async fn open_share(address: SocketAddr, head: String, users: Vec<String>) -> Result<Tokens, Fault> {
    let mut connection = Connection::open(address).await?;
    let mut tokens = VecDeque::with_capacity(users.len());
    for user in users {
        let answer = connection.exchange(opening(&head, &user).as_bytes()).await?;
        if answer.status != 201 {
            return Err(Fault::failed(format!("a session could not be opened: {}", answer.status)));
        }
        tokens.push_back(token_in(answer.body)?);
    }
    Ok(tokens)
}

/// Opens a session of another user each time.
pub struct Opener {
    head: String,
    request: String,
    next: usize,
}

impl Opener {
    /// `number` tells its users from other clients'.
    pub fn new(server: &Server, number: usize) -> Self {
        Self { head: opening_head(server), request: String::new(), next: number * 1_000_000_000 }
    }
}

impl Client for Opener {
    const EXPECTED: u16 = 201;

    fn request(&mut self) -> &[u8] {
        self.next += 1;
        self.request = opening(&self.head, &uuid(self.next));
        self.request.as_bytes()
    }

    fn answered(&mut self, _: u16, _: &[u8]) -> Result<(), Fault> {
        Ok(())
    }
}

/// Refreshes its sessions in turn, at the OAuth endpoint, each with a fresh `Idempotency-Key`.
pub struct Refresher {
    head: Vec<u8>,
    tokens: Tokens,
    request: Vec<u8>,
    sent: u64,
}

impl Refresher {
    /// For sessions of `app` with these refresh tokens; `number` tells its keys from other clients'.
    pub fn new(app: &str, number: usize, tokens: Tokens) -> Self {
        let length = "grant_type=refresh_token&client_id=&refresh_token=".len() + app.len() + TOKEN_BYTES;
        let head = format!(
            "POST /v1/apps/{app}/oauth/token HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\
             idempotency-key: bench-{number:08}-................\r\n\r\n\
             grant_type=refresh_token&client_id={app}&refresh_token="
        );
        Self { head: head.into_bytes(), tokens, request: Vec::with_capacity(512), sent: 0 }
    }

    /// The tokens that it would use next.
    pub fn into_tokens(self) -> Tokens {
        self.tokens
    }
}

impl Client for Refresher {
    fn request(&mut self) -> &[u8] {
        self.sent += 1;
        self.request.clear();
        self.request.extend_from_slice(&self.head);
        if let Some(at) = find(&self.request, b"................") {
            let sent = self.sent;
            self.request[at..at + 16].copy_from_slice(format!("{sent:016x}").as_bytes());
        }
        self.request.extend(self.tokens.front().into_iter().flatten());
        &self.request
    }

    fn answered(&mut self, status: u16, body: &[u8]) -> Result<(), Fault> {
        self.tokens.pop_front();
        if status == 200 {
            self.tokens.push_back(token_in(body)?);
        }
        if self.tokens.is_empty() {
            Err(Fault::failed("every session of a client was refused"))
        } else {
            Ok(())
        }
    }
}

/// Sends the same form again and again.
pub struct Repeater(Vec<u8>);

impl Repeater {
    /// A form as long as a refresh.
    pub fn new() -> Self {
        let body =
            format!("grant_type=refresh_token&client_id=demo&refresh_token={}", "x".repeat(TOKEN_BYTES));
        let head = "content-type: application/x-www-form-urlencoded\r\nidempotency-key: bench-00000000-0000000000000000";
        let request = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Self(request.into_bytes())
    }
}

impl Client for Repeater {
    fn request(&mut self) -> &[u8] {
        &self.0
    }

    fn answered(&mut self, _: u16, _: &[u8]) -> Result<(), Fault> {
        Ok(())
    }
}

fn token_in(body: &[u8]) -> Result<[u8; TOKEN_BYTES], Fault> {
    let token = find(body, b"\"tr1_").and_then(|at| body[at + 1..].first_chunk());
    token.copied().ok_or_else(|| Fault::failed("an answer without a refresh token"))
}
