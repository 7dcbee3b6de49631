//! Sessions to refresh: opened over HTTP, then refreshed in turn by the client that holds them.

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::http::{Connection, find};
use super::load::Client;
use super::process::Server;
use crate::output::Fault;

const TOKEN_BYTES: usize = 96;

/// Opens `count` sessions of different users through `connections` connections, and gives each connection's share of
/// refresh tokens.
pub async fn open(
    server: &Server,
    connections: usize,
    count: usize,
) -> Result<Vec<VecDeque<Vec<u8>>>, Fault> {
    let address = server.address()?;
    let local = tokio::task::LocalSet::new();
    let shares: Vec<_> = (0..connections)
        .map(|share| {
            let users: Vec<usize> = (share..count).step_by(connections).collect();
            let (key, app) = (server.says("api_key").to_owned(), server.says("app_id").to_owned());
            local.spawn_local(open_share(address, key, app, users))
        })
        .collect();
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

async fn open_share(
    address: SocketAddr,
    key: String,
    app: String,
    users: Vec<usize>,
) -> Result<VecDeque<Vec<u8>>, Fault> {
    let mut connection = Connection::open(address).await?;
    let mut tokens = VecDeque::with_capacity(users.len());
    for user in users {
        // As long as a UUID.
        let body = format!("{{\"user_id\":\"00000000-0000-4000-8000-{user:012}\"}}");
        let request = format!(
            "POST /v1/apps/{app}/sessions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = connection.exchange(request.as_bytes()).await?;
        if answer.status != 201 {
            return Err(Fault::failed(format!("a session could not be opened: {}", answer.status)));
        }
        tokens.push_back(token_in(answer.body)?.to_vec());
    }
    Ok(tokens)
}

/// Refreshes its sessions in turn, at the OAuth endpoint, each with a fresh `Idempotency-Key`.
pub struct Refresher {
    head: Vec<u8>,
    tokens: VecDeque<Vec<u8>>,
    request: Vec<u8>,
    sent: u64,
}

impl Refresher {
    /// For sessions of `app` with these refresh tokens; `number` tells its keys from other clients'.
    pub fn new(app: &str, number: usize, tokens: VecDeque<Vec<u8>>) -> Self {
        let length = "grant_type=refresh_token&client_id=&refresh_token=".len() + app.len() + TOKEN_BYTES;
        let head = format!(
            "POST /v1/apps/{app}/oauth/token HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\
             idempotency-key: bench-{number:08}-................\r\n\r\n\
             grant_type=refresh_token&client_id={app}&refresh_token="
        );
        Self { head: head.into_bytes(), tokens, request: Vec::with_capacity(512), sent: 0 }
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
            self.tokens.push_back(token_in(body)?.to_vec());
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

fn token_in(body: &[u8]) -> Result<&[u8], Fault> {
    let at = find(body, b"\"tr1_").map(|at| at + 1).filter(|at| body.len() >= at + TOKEN_BYTES);
    at.map(|at| &body[at..at + TOKEN_BYTES]).ok_or_else(|| Fault::failed("an answer without a refresh token"))
}
