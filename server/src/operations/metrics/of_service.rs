//! What became of sessions.

use std::sync::atomic::{AtomicU64, Ordering};

use tenure_core::refusal::{EndReason, Refusal};
use tenure_service::service::Service;
use tenure_service::webhook::Outcome;

use super::lines::{Lines, Written, shown};

/// The rows of `docs/concepts/rotation.md` that serve something.
const ROWS: [(&str, &str); 4] = [
    ("rotated", "Refreshes that replaced the current token"),
    ("replayed", "Refreshes whose answer was lost, and that were answered as before"),
    ("reissued", "Refreshes that replaced a lost successor by another"),
    ("fast_forwarded", "Refreshes by which the store caught up with a client that was ahead of it"),
];

pub(super) fn write(service: &Service, lines: &mut Lines<'_>) -> Written {
    let tallies = service.tallies();
    let read = |value: &AtomicU64| value.load(Ordering::Relaxed);
    for ((row, help), value) in ROWS.iter().zip(&tallies.served) {
        lines.counter(&format!("refreshes_{row}"), help, read(value))?;
    }
    let refused = Refusal::ALL.iter().zip(&tallies.refused).map(|(why, value)| (why.as_str(), read(value)));
    lines.counters("refreshes_refused", "Refresh tokens that were refused, and why", "reason", refused)?;
    lines.counter(
        "reuses_observed",
        "Replaced tokens that came back to apps that only observe, and ended nothing",
        read(&tallies.reuse_observed),
    )?;
    lines.counter("session_tokens_issued", "Session tokens handed out", read(&tallies.exchanged))?;
    let checked = [("true", &tallies.session_tokens_active), ("false", &tallies.session_tokens_inactive)];
    let checked = checked.map(|(active, value)| (active, read(value))).into_iter();
    lines.counters("session_tokens_checked", "Session tokens that were asked about", "active", checked)?;
    lines.counter("sessions_opened", "Sessions opened", read(&tallies.opened))?;
    let ended = EndReason::ALL.iter().zip(&tallies.ended).map(|(why, value)| (why.as_str(), read(value)));
    lines.counters("sessions_ended", "Sessions ended, and why", "reason", ended)?;
    lines.counter(
        "decisions_repeated",
        "Decisions made again because somebody else was faster",
        read(&tallies.stale),
    )?;
    // Where no backup was ever made there is no age, and an alert on its absence.
    if let Some(age) = service.backup_age() {
        let secs = u64::try_from(age.secs()).unwrap_or(0);
        lines.gauge("backup_age_seconds", "How long ago the last backup was made", secs)?;
    }
    let open = service.recovery_status().is_ok_and(|status| status.state == "open");
    lines.gauge("recovery_open", "Whether clients that are ahead of the store go on", open.into())?;
    let counts = service.counts();
    lines.counter("session_cache_hits", "Times that a session was found in memory", counts.views_found)?;
    lines.counter(
        "session_cache_misses",
        "Times that a session was read from the store",
        counts.views_read,
    )?;
    lines.gauge("revocation_feed_head", "The last entry of the revocation feed here", counts.feed_head)?;
    lines.gauge(
        "revocation_feed_age_seconds",
        "How long ago the revocation feed was known to be complete here",
        counts.feed_age_secs,
    )?;
    lines.histogram(
        "revocation_feed_delay_seconds",
        "How long it took from the moment of an end until this node told those who follow the feed",
        &shown(&counts.feed_delays, 1e3),
    )?;
    lines.gauge(
        "revocation_feed_readers",
        "Readers of the revocation feed that wait here",
        counts.feed_readers,
    )?;
    let messages = Outcome::ALL.iter().map(|outcome| outcome.as_str()).zip(counts.webhook_messages);
    let help = "Messages sent to webhooks, each try counted, by what became of them";
    lines.counters("webhook_messages", help, "outcome", messages)?;
    let lag = u64::try_from(counts.webhook_lag.secs()).unwrap_or(0);
    lines.gauge(
        "webhook_lag_seconds",
        "How long ago that was said which waits longest for a webhook",
        lag,
    )?;
    lines.gauge("apps", "Apps", counts.apps)
}
