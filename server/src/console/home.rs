//! The first page: how the installation stands, and what is still to be done.

use askama::Template;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Serialize;
use tenure_core::refusal::EndReason;
use tenure_service::first_steps::FirstSteps;
use tenure_service::limits::COUNT_AT_MOST;

use super::Console;
use super::admin::Admin;
use super::figures::{Stretch, percentile};
use super::page::{self, Frame, PageAnswer, PageFailure, Place};
use super::words::{moment, number};
use crate::answer::Failure;

/// The page's addresses.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/", get(show)).route("/figures", get(figures))
}

#[derive(Template)]
#[template(path = "console/home.html")]
struct HomePage {
    frame: Frame,
    shown: Shown,
    since: String,
    since_unix: i64,
    steps: Option<Steps>,
}

/// What is still to be done until the first session has come and gone.
struct Steps {
    done: FirstSteps,
    /// Where the app's Session Management is.
    app: String,
    issuer: String,
    /// In development, the key that is printed at each start; in production its place in the command.
    api_key: String,
    is_dev: bool,
}

/// The figures, in words and as series for charts.
#[derive(Serialize)]
struct Shown {
    /// Unix seconds: when they were taken.
    as_of: i64,
    as_of_words: String,
    active: String,
    /// Unix seconds: when the live sessions were counted.
    active_as_of: i64,
    active_as_of_words: String,
    rate: String,
    p99: String,
    replays: String,
    reuse: String,
    /// From an end until those who follow the feed were told, 99 of 100.
    told: String,
    ended: Vec<Ended>,
    /// First steps that were made; none once all of them were.
    steps: Option<usize>,
    series: Series,
}

/// Ends for one reason, since the start.
#[derive(Serialize)]
struct Ended {
    reason: &'static str,
    words: &'static str,
    count: String,
    /// Of the most frequent reason's, in thousandths: the length of a bar.
    share: u64,
}

/// The last hour, one value a stretch of five seconds.
#[derive(Default, Serialize)]
struct Series {
    at: Vec<i64>,
    refreshes: Vec<f64>,
    p99: Vec<Option<f64>>,
    replays: Vec<u64>,
    reuse: Vec<u64>,
    ended: Vec<u64>,
    active: Vec<Option<u64>>,
}

async fn show(State(console): State<Console>, Admin(admin): Admin) -> PageAnswer {
    let frame = Frame::new(&console, &admin, Place::Home, "Home");
    let done = console.http.service.first_steps().await?;
    let shown = shown(&console, done.as_ref()).await?;
    let since_unix = console.figures.since();
    let since = moment(since_unix);
    let steps = done.map(|done| steps(&console, done));
    page::show(&HomePage { frame, shown, since, since_unix, steps })
}

async fn figures(State(console): State<Console>, _: Admin) -> Result<Response, PageFailure> {
    let done = console.http.service.first_steps().await?;
    Ok(Json(shown(&console, done.as_ref()).await?).into_response())
}

async fn shown(console: &Console, done: Option<&FirstSteps>) -> Result<Shown, Failure> {
    let (http, figures) = (&console.http, &console.figures);
    let active = console.active.now(&http.service).await?;
    let delays = http.service.counts().feed_delays;
    let (recent, in_all) = (figures.recent(http), figures.in_all(http));
    let more = match active.more {
        true if active.sessions < COUNT_AT_MOST => "at least ",
        true => "more than ",
        false => "",
    };
    Ok(Shown {
        as_of: recent.at,
        as_of_words: moment(recent.at),
        active: format!("{more}{}", number(active.sessions)),
        active_as_of: active.at.secs(),
        active_as_of_words: moment(active.at.secs()),
        rate: rate(recent.refreshes_per_second),
        p99: recent.p99_millis.map_or("–".to_owned(), within),
        replays: number(in_all.replays),
        reuse: number(in_all.reuse),
        told: percentile(&delays.counts, delays.bounds).map_or("–".to_owned(), within),
        ended: ended(&in_all),
        steps: done.map(FirstSteps::made),
        series: series(&figures.hour()),
    })
}

fn rate(per_second: f64) -> String {
    if per_second >= 100.0 { number(per_second.round() as u64) } else { format!("{per_second:.1}") }
}

fn within(millis: f64) -> String {
    if millis.is_finite() { format!("≤ {millis} ms") } else { "> 10 s".to_owned() }
}

fn ended(all: &Stretch) -> Vec<Ended> {
    let most = all.ended.iter().copied().max().unwrap_or(0).max(1);
    let one = |(reason, count): (&EndReason, u64)| Ended {
        reason: reason.as_str(),
        words: in_words(*reason),
        count: number(count),
        share: count * 1000 / most,
    };
    EndReason::ALL.iter().zip(all.ended).map(one).collect()
}

fn in_words(reason: EndReason) -> &'static str {
    match reason {
        EndReason::User => "signed out",
        EndReason::Admin => "ended by an operator or a backend",
        EndReason::Limit => "made room for a newer session",
        EndReason::Settings => "shortened by a change of settings",
        EndReason::UserDisabled => "its user was disabled",
        EndReason::KeyRetired => "its key was retired",
        EndReason::Reused => "a used token came back: theft",
    }
}

fn series(hour: &[Stretch]) -> Series {
    let mut series = Series::default();
    for stretch in hour {
        series.at.push(stretch.at);
        series.refreshes.push((stretch.refreshes_per_second * 10.0).round() / 10.0);
        series.p99.push(stretch.p99_millis.filter(|millis| millis.is_finite()));
        series.replays.push(stretch.replays);
        series.reuse.push(stretch.reuse);
        series.ended.push(stretch.ended.iter().sum());
        series.active.push(stretch.active);
    }
    series
}

fn steps(console: &Console, done: FirstSteps) -> Steps {
    let service = &console.http.service;
    let app = done.refresh_tokens.as_ref().or(done.app.as_ref()).map(ToString::to_string).unwrap_or_default();
    let dev = service.dev_api_key();
    Steps {
        issuer: format!("{}/v1/apps/{app}", service.public_url()),
        app,
        is_dev: dev.is_some(),
        api_key: dev.map_or("$TENURE_API_KEY".to_owned(), |key| key.reveal().to_owned()),
        done,
    }
}
