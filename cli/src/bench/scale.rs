//! `tenure bench scale`.

mod console;
mod ends;
mod lists;
mod report;

use std::time::{Duration, Instant};

use clap::Args;

use super::load::{Clients, Pace, Seen, Window, drive};
use super::process::Server;
use super::rig::{Rig, RigArguments};
use super::sessions::{Refresher, Tokens, open, open_for, refreshers};
use crate::output::{Fault, Output};
use report::{Report, words};

/// Users each of whom has many sessions, whom the lists look for and whose sessions are ended.
const HEAVY_USERS: usize = 3;
/// Whose sessions a job of the console ends.
const OF_THE_JOB: &str = "user-of-the-job";
/// Refreshes before a rate is taken: caches are as they will be.
const WARM_UP: Duration = Duration::from_secs(2);

#[derive(Args)]
pub struct ScaleArguments {
    #[command(flatten)]
    rig: RigArguments,
    /// Sessions at first.
    #[arg(long, default_value_t = 10_000)]
    few: usize,
    /// Sessions in the end.
    #[arg(long, default_value_t = 1_000_000)]
    many: usize,
    /// Sessions that the server keeps in memory.
    #[arg(long, default_value_t = 100_000)]
    cached_sessions: usize,
    /// Sessions of a user whose sessions are listed and ended.
    #[arg(long, default_value_t = 10_000)]
    of_one_user: usize,
    /// Sessions that a job of the console ends while the others refresh.
    #[arg(long, default_value_t = 100_000)]
    by_a_job: usize,
    /// How long refreshes are counted each time.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

pub fn run(arguments: ScaleArguments, output: Output) -> Result<(), Fault> {
    if arguments.few < arguments.rig.clients || arguments.many < arguments.few || arguments.seconds == 0 {
        return Err(Fault::failed("there must be one second, a session a client, and no fewer in the end"));
    }
    output.say(&super::block_on(measure(&arguments))?, words)
}

async fn measure(a: &ScaleArguments) -> Result<Report, Fault> {
    let rig = Rig::new(&a.rig)?;
    let ceiling = rig.ceiling().await?;
    let server = rig.start(a.cached_sessions)?;
    let few = open(&server, rig.clients(), 0..a.few).await?;
    let (at_few, few) = rate(refreshers(&server, few).await?, a.seconds).await?;
    let mut shares: Vec<Tokens> = few.into_iter().map(|(_, refresher)| refresher.into_tokens()).collect();
    for number in 0..HEAVY_USERS {
        open_for(&server, &heavy(number), a.of_one_user).await?;
    }
    open_for(&server, OF_THE_JOB, a.by_a_job).await?;
    let more = open(&server, rig.clients(), a.few..a.many).await?;
    shares.iter_mut().zip(more).for_each(|(share, more)| share.extend(more));
    shares.iter_mut().for_each(shuffle);
    let (at_many, clients) = rate(refreshers(&server, shares).await?, a.seconds).await?;
    let resident = server.resident_bytes();
    let listed = lists::measure(&server, &heavy(0)).await?;
    let (ended, clients) = ends::measure(&server, clients).await?;
    let mut admin = console::Admin::enter(&server).await?;
    let pages = console::pages(&mut admin, &heavy(0), &listed.session).await?;
    let (job, clients) = console::job(&mut admin, (OF_THE_JOB, a.by_a_job), clients).await?;
    let bytes = rig.settled_bytes().await;
    drop((server, clients)); // Killed, as by a crash.
    let (server, start) = timed_start(&rig, a.cached_sessions)?;
    let fresh_resident = server.resident_bytes();
    Ok(Report {
        clients: rig.clients(),
        few: a.few,
        many: all(a),
        cached_sessions: a.cached_sessions,
        of_one_user: a.of_one_user,
        ceiling_per_second: ceiling.round(),
        percent_of_few: (at_many.rate / at_few.rate * 1000.0).round() / 10.0,
        at_few: at_few.into(),
        at_many: at_many.into(),
        bytes_a_session: bytes / all(a) as u64,
        resident_mib: resident >> 20,
        start_ms: start.as_millis() as u64,
        resident_after_start_mib: fresh_resident >> 20,
        listed,
        ended,
        pages,
        job,
    })
}

/// Sessions in the end, of whomever.
fn all(a: &ScaleArguments) -> usize {
    a.many + HEAVY_USERS * a.of_one_user + a.by_a_job
}

/// Refreshes until the caches are warm, then for as long as the count takes.
async fn rate(clients: Clients<Refresher>, seconds: u64) -> Result<(Seen, Clients<Refresher>), Fault> {
    drive(clients, Window::after(WARM_UP, Duration::from_secs(seconds)), Pace::Closed).await
}

#[allow(clippy::disallowed_methods)] // Measuring time is what this is for.
fn timed_start(rig: &Rig<'_>, cached_sessions: usize) -> Result<(Server, Duration), Fault> {
    let before = Instant::now();
    Ok((rig.start(cached_sessions)?, before.elapsed()))
}

fn heavy(number: usize) -> String {
    format!("user-with-many-sessions-{number}")
}

/// An order in which no session is near the one before, the same in each run.
fn shuffle(tokens: &mut Tokens) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for last in (1..tokens.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokens.swap(last, (state >> 33) as usize % (last + 1));
    }
}
