//! The console among many sessions: how long each page takes, and ending very many as a job while everybody else refreshes.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use super::ends::{Counted, counted};
use crate::bench::http::Connection;
use crate::bench::load::{Clients, Pace, Window, drive};
use crate::bench::process::Server;
use crate::bench::sessions::Refresher;
use crate::output::Fault;

/// Each page is asked for so often; the slowest counts.
const TIMES: usize = 20;
/// How long the rate is taken before the job begins.
const BEFORE: Duration = Duration::from_secs(3);
/// How often the job is asked how far it has come.
const ASKED_EVERY: Duration = Duration::from_millis(200);
/// Longer than the job and what is before it.
const WINDOW: Duration = Duration::from_secs(40);

/// The slowest of each page, in milliseconds.
#[derive(Serialize)]
pub(super) struct Page {
    pub(super) page: String,
    pub(super) slowest_ms: f64,
}

/// A job that ended many.
#[derive(Serialize)]
pub(super) struct Job {
    pub(super) sessions: usize,
    pub(super) seconds: f64,
    pub(super) refreshes_before_per_second: f64,
    pub(super) refreshes_meanwhile_per_second: f64,
    pub(super) percent_meanwhile: f64,
}

/// An admin who is signed in.
pub(super) struct Admin {
    connection: Connection,
    host: String,
    cookies: String,
    app: String,
}

impl Admin {
    /// Signs in by the link that the server said.
    pub(super) async fn enter(server: &Server) -> Result<Self, Fault> {
        let link = server.says("console_url");
        let (url, code) = link.split_once('#').ok_or_else(|| Fault::failed("no link into the console"))?;
        let host = url.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
        let port = host.rsplit(':').next().and_then(|port| port.parse().ok());
        let port: u16 = port.ok_or_else(|| Fault::failed("a console without a port"))?;
        let connection = Connection::open(SocketAddr::from(([127, 0, 0, 1], port))).await?;
        let app = server.says("app_id").to_owned();
        let mut admin = Self { connection, host, cookies: String::new(), app };
        let head = admin.post("/sign-in", &format!("code={code}")).await?;
        let set = head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        admin.cookies = set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ");
        Ok(admin)
    }

    async fn get(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        let (host, cookies) = (&self.host, &self.cookies);
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookies}\r\n\r\n");
        let answer = self.connection.exchange(request.as_bytes()).await?;
        match answer.status {
            200 => Ok(answer.body.to_vec()),
            other => Err(Fault::failed(format!("{path} was answered with {other}"))),
        }
    }

    /// Sends a form; gives the head of the answer, which leads elsewhere.
    async fn post(&mut self, path: &str, form: &str) -> Result<String, Fault> {
        let (host, cookies, length) = (&self.host, &self.cookies, form.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {cookies}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
        );
        let answer = self.connection.exchange(request.as_bytes()).await?;
        match answer.status {
            303 => Ok(String::from_utf8_lossy(answer.head).into_owned()),
            other => Err(Fault::failed(format!("{path} was answered with {other}"))),
        }
    }
}

/// How long each page takes.
#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
pub(super) async fn pages(admin: &mut Admin, user: &str, session: &str) -> Result<Vec<Page>, Fault> {
    let of_app = format!("/apps/{}", admin.app);
    let mut pages = vec![
        "/".to_owned(),
        "/figures".to_owned(),
        "/apps".to_owned(),
        "/why".to_owned(),
        "/audit".to_owned(),
    ];
    for below in [
        "/session-management".to_owned(),
        "/session-management/history".to_owned(),
        "/sessions".to_owned(),
        "/sessions?q=status:live".to_owned(),
        format!("/sessions?q=user:{user}"),
        "/sessions?q=created:%3C1d".to_owned(),
        "/sessions?q=ended:reused".to_owned(),
        "/sessions?q=idle:%3E7d".to_owned(),
        format!("/sessions/{session}"),
        format!("/users?user_id={user}"),
        format!("/end?q=user:{user}"),
        "/jobs".to_owned(),
        "/events".to_owned(),
    ] {
        pages.push(of_app.clone() + &below);
    }
    let mut measured = Vec::with_capacity(pages.len());
    for page in pages {
        let mut slowest = 0.0_f64;
        for _ in 0..TIMES {
            let asked = Instant::now();
            admin.get(&page).await?;
            slowest = slowest.max(asked.elapsed().as_secs_f64() * 1e3);
        }
        measured.push(Page { page, slowest_ms: (slowest * 10.0).round() / 10.0 });
    }
    Ok(measured)
}

/// Ends the `sessions` of `user` as a job, while all clients refresh.
pub(super) async fn job(
    admin: &mut Admin,
    (user, sessions): (&str, usize),
    clients: Clients<Refresher>,
) -> Result<(Job, Clients<Refresher>), Fault> {
    let (answered, clients) = counted(clients);
    let (driven, job) = tokio::join!(
        drive(clients, Window::of(WINDOW), Pace::Closed),
        end(admin, (user, sessions), &answered)
    );
    let clients =
        driven?.1.into_iter().map(|(connection, counted): (_, Counted)| (connection, counted.inner));
    Ok((job?, clients.collect()))
}

#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
async fn end(admin: &mut Admin, (user, sessions): (&str, usize), answered: &Cell<u64>) -> Result<Job, Fault> {
    let rate = |count: u64, time: Duration| (count as f64 / time.as_secs_f64()).round();
    let (from, counted) = (Instant::now(), answered.get());
    tokio::time::sleep(BEFORE).await;
    let before = rate(answered.get() - counted, from.elapsed());
    let (from, counted) = (Instant::now(), answered.get());
    let form = format!("q=user:{user}&reason=a+measurement&confirm={sessions}");
    let head = admin.post(&format!("/apps/{}/end", admin.app), &form).await?;
    let place = head.lines().find_map(|line| line.strip_prefix("location: "));
    let state = format!("{}/state", place.ok_or_else(|| Fault::failed("no job was begun"))?);
    loop {
        tokio::time::sleep(ASKED_EVERY).await;
        let said: Value = serde_json::from_slice(&admin.get(&state).await?).map_err(Fault::failed)?;
        match said["state"].as_str() {
            Some("running") => {}
            Some("done") => break,
            other => return Err(Fault::failed(format!("the job is {other:?}"))),
        }
    }
    let meanwhile = rate(answered.get() - counted, from.elapsed());
    Ok(Job {
        sessions,
        seconds: (from.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        refreshes_before_per_second: before,
        refreshes_meanwhile_per_second: meanwhile,
        percent_meanwhile: (meanwhile / before * 1000.0).round() / 10.0,
    })
}
