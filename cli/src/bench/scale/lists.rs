//! What an operator looks for among many sessions, and how long each page takes.

use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use crate::bench::http::Connection;
use crate::bench::process::Server;
use crate::output::Fault;

/// Each page is asked for so often; the slowest counts.
const TIMES: usize = 20;

/// The slowest of each, in milliseconds.
#[derive(Serialize)]
pub(super) struct Listed {
    pub(super) newest_ms: f64,
    pub(super) by_user_ms: f64,
    pub(super) by_session_ms: f64,
    pub(super) by_time_ms: f64,
    /// One that was listed.
    #[serde(skip)]
    pub(super) session: String,
}

pub(super) async fn measure(server: &Server, user: &str) -> Result<Listed, Fault> {
    let mut connection = Connection::open(server.address()?).await?;
    let mut slowest = async |query: &str| slowest_of(&mut connection, server, query).await;
    let (newest_ms, _) = slowest("limit=50").await?;
    let (by_user_ms, page) = slowest(&format!("user_id={user}&limit=50")).await?;
    let session = page["sessions"][0]["session_id"].as_str().unwrap_or_default().to_owned();
    let opened = page["sessions"][0]["created_at"].as_i64().unwrap_or_default();
    let (by_session_ms, found) = slowest(&format!("session_id={session}")).await?;
    if found["sessions"].as_array().map(Vec::len) != Some(1) {
        return Err(Fault::failed("a session that was listed was not found"));
    }
    // A second in the midst of all that were opened.
    let (from, before) = (opened, opened + 1);
    let (by_time_ms, _) = slowest(&format!("created_from={from}&created_before={before}&limit=50")).await?;
    Ok(Listed { newest_ms, by_user_ms, by_session_ms, by_time_ms, session })
}

#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
async fn slowest_of(
    connection: &mut Connection,
    server: &Server,
    query: &str,
) -> Result<(f64, Value), Fault> {
    let (app, key) = (server.says("app_id"), server.says("api_key"));
    let request = format!(
        "GET /v1/apps/{app}/sessions?{query} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\r\n"
    );
    let (mut slowest, mut page) = (0.0_f64, Value::Null);
    for _ in 0..TIMES {
        let asked = Instant::now();
        let answer = connection.exchange(request.as_bytes()).await?;
        let millis = asked.elapsed().as_secs_f64() * 1e3;
        if answer.status != 200 {
            return Err(Fault::failed(format!("a list was answered with {}", answer.status)));
        }
        page = serde_json::from_slice(answer.body).map_err(Fault::failed)?;
        slowest = slowest.max(millis);
    }
    Ok(((slowest * 10.0).round() / 10.0, page))
}
