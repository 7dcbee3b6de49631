//! What `tenure bench scale` says.

use serde::Serialize;

use super::console::{Job, Page};
use super::ends::Ended;
use super::lists::Listed;
use crate::bench::load::Seen;

/// What one run saw. Quote ratios: the machine is in both halves of them.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) clients: usize,
    pub(super) few: usize,
    pub(super) many: usize,
    pub(super) cached_sessions: usize,
    pub(super) of_one_user: usize,
    pub(super) ceiling_per_second: f64,
    pub(super) at_few: Refreshes,
    pub(super) at_many: Refreshes,
    pub(super) percent_of_few: f64,
    pub(super) bytes_a_session: u64,
    pub(super) resident_mib: u64,
    pub(super) start_ms: u64,
    pub(super) resident_after_start_mib: u64,
    pub(super) listed: Listed,
    pub(super) ended: Ended,
    pub(super) pages: Vec<Page>,
    pub(super) job: Job,
}

#[derive(Serialize)]
pub(super) struct Refreshes {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    failures: u64,
}

impl From<Seen> for Refreshes {
    fn from(seen: Seen) -> Self {
        Self {
            per_second: seen.rate.round(),
            p50_ms: seen.millis(0.5),
            p99_ms: seen.millis(0.99),
            p999_ms: seen.millis(0.999),
            failures: seen.failures,
        }
    }
}

pub(super) fn words(r: &Report) -> String {
    let line = |refreshes: &Refreshes| {
        format!(
            "{:>9.0} /s   p50 {:.2} ms   p99 {:.2} ms   p99.9 {:.2} ms   not 200: {}",
            refreshes.per_second, refreshes.p50_ms, refreshes.p99_ms, refreshes.p999_ms, refreshes.failures
        )
    };
    let slowest = r.pages.iter().max_by(|a, b| a.slowest_ms.total_cmp(&b.slowest_ms));
    let slowest = slowest.map_or(String::new(), |page| format!("{} ms, {}", page.slowest_ms, page.page));
    let lines = format!(
        "\n  a page of the console, the slowest     {slowest}
  a job that ends {} sessions        {:>9} s
  … refreshes before and meanwhile       {:>9.0} /s and {:.0} /s: {:.1} %",
        r.job.sessions,
        r.job.seconds,
        r.job.refreshes_before_per_second,
        r.job.refreshes_meanwhile_per_second,
        r.job.percent_meanwhile
    );
    format!(
        "{} clients, sessions in random order, {} of them kept in memory

  ceiling (a handler that does nothing)  {:>9.0} /s
  durable refreshes, {:>9} sessions  {}
  durable refreshes, {:>9} sessions  {}
                                         {:>9.1} % of the rate at first
  storage                                {:>9} bytes a session, indexes, events and all
  server's memory                        {:>9} MiB, {} MiB after a start
  start after a kill                     {:>9} ms
  a page of a list, the slowest of 20    newest {} ms   by user {} ms   by session {} ms   by time {} ms
  ending all {} sessions of a user    {:>9} ms, the slowest of 3
  … refreshes before and meanwhile       {:>9.0} /s and {:.0} /s: {:.1} %",
        r.clients,
        r.cached_sessions,
        r.ceiling_per_second,
        r.few,
        line(&r.at_few),
        r.many,
        line(&r.at_many),
        r.percent_of_few,
        r.bytes_a_session,
        r.resident_mib,
        r.resident_after_start_mib,
        r.start_ms,
        r.listed.newest_ms,
        r.listed.by_user_ms,
        r.listed.by_session_ms,
        r.listed.by_time_ms,
        r.of_one_user,
        r.ended.slowest_ms,
        r.ended.refreshes_before_per_second,
        r.ended.refreshes_meanwhile_per_second,
        r.ended.percent_meanwhile
    ) + &lines
}
