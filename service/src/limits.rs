//! Every limit of the service with its unit in its name, and the rates that are held to.

use std::hash::Hash;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;
use tenure_core::settings::bounds::ABSOLUTE_LIFETIME_LONG_DAYS;
use tenure_core::time::Span;

use crate::error::{Error, Result};

/// Failures a minute and address before further failures are answered 429. Never held against a token with a valid tag.
pub const FAILURES_PER_MINUTE: u32 = 120;
/// Refreshes a second that one session may keep up.
pub const REFRESHES_PER_SECOND: u32 = 50;
/// Refreshes at once that one session may make after a pause.
pub const REFRESHES_BURST: u32 = 500;
/// How long recovery may be open.
pub const RECOVERY_LONGEST: Span = Span::from_days(30);
/// The name of a backup's file, at most, in bytes.
pub const BACKUP_PATH_BYTES: usize = 4096;
/// How often a change is decided again because somebody else was faster.
pub const ATTEMPTS: u32 = 100;
/// How often an unknown kid may make the node look at its ring again, in seconds.
pub const RING_LOOK_EVERY_SECS: u64 = 10;
/// How often a node says what it holds.
pub const NODE_SAYS_EVERY: Duration = Duration::from_secs(15);
/// How long a node counts as running after it said something.
pub const NODE_COUNTS_FOR: Span = Span::from_secs(60);
/// How long it is remembered what a node said.
pub const NODE_KEPT: Span = Span::from_days(1);
/// Families that one commit of an end by filter ends: refreshes get their turn between two.
pub const ENDS_PER_COMMIT: u32 = 500;
/// How much longer than such a commit took the next one waits for, in times.
pub const ENDS_REST: u32 = 5;
/// How long it waits at most.
pub const ENDS_REST_MOST: Duration = Duration::from_millis(100);
/// Stretches of the events that are looked through for the newest ones that match.
pub const RECENT_LOOKS: u32 = 24;
/// Entries of the revocation feed that are kept in memory, about 200 bytes each; older ones are read from the store.
pub const FEED_IN_MEMORY: usize = 100_000;
/// Entries of a message of the feed, at most.
pub const FEED_PAGE: usize = 1000;
/// Entries, of whatever app, that are looked at for one message.
pub const FEED_LOOKED_AT: usize = 10_000;
/// How often a node looks for what others have announced, and finds that the feed is complete.
pub const FEED_LOOKS_EVERY: Duration = Duration::from_secs(1);
/// How long a node rests between waking its readers, for each of them.
pub const FEED_REST_PER_READER: Duration = Duration::from_micros(40);
/// Places of a status list: a signed list in which half of them are set is shorter than any token may be, whatever the key and the
/// issuer.
pub const STATUS_LIST_PLACES: u16 = 16_384;
/// Lots of a status list, of which a node takes one at a time: what a crash wastes, at most.
pub const STATUS_LOTS: u16 = 64;
/// How long a node gives out places of a lot.
pub const STATUS_LOT_KEPT: Span = Span::from_days(1);
/// How long a status list is served after its last lot was taken: for as long as that is given out, the longest session that was
/// opened with it lives, and its last auth token.
pub const STATUS_LIST_KEPT: Span = Span::from_days(1 + ABSOLUTE_LIFETIME_LONG_DAYS + 2);
/// How old what a status list says may be when it is handed out.
pub const STATUS_LIST_LOOKS_EVERY: Span = Span::from_secs(10);
/// How long caches and verifiers may keep a status list before they ask again, in seconds.
pub const STATUS_LIST_TTL_SECS: u32 = 20;
/// How long after an end a status list is in use that does not show it, at most: it was handed out, kept by a cache on the way, and
/// kept by a verifier.
pub const STATUS_LIST_REACHES_WITHIN: Span =
    Span::from_secs(STATUS_LIST_LOOKS_EVERY.secs() + 2 * STATUS_LIST_TTL_SECS as i64);
/// How long a signed status list is good for those who cannot ask again.
pub const STATUS_LIST_LIFE: Span = Span::from_hours(1);
/// Signed status lists in memory, about 10 KB each at most; others are signed when they are asked for.
pub const STATUS_LISTS_IN_MEMORY: usize = 1000;
/// Status lists of an app that are named in one answer.
pub const STATUS_LISTS_NAMED: usize = 10_000;
/// Apps whose lists' addresses are kept in memory, at most a megabyte each.
pub const STATUS_LISTS_NAMED_OF_APPS: usize = 100;
/// Sessions that a count goes up to.
pub const COUNT_AT_MOST: u64 = 10_000;
/// Stretches that are looked at for a count beside a list, which is asked for with each page.
pub const STRETCHES_BESIDE_A_LIST: u32 = 1;
/// Stretches that are looked at for a count that somebody decides by: all there is, up to a million sessions.
pub const STRETCHES_TO_DECIDE_BY: u32 = 20;
/// How long after an end of many began a session may be opened, by the clock of another node, and still be one of those that it
/// ends. Without an end it would go on for as long as sessions are opened.
pub const ENDS_OPENED_WITHIN: Span = Span::from_secs(5);
/// Sessions a page.
pub const PAGE_MAX: u32 = 500;
/// Sessions a page when none is asked for.
pub const PAGE_DEFAULT: u32 = 50;
/// Claims of a session, above which an answer warns, in bytes of JSON.
pub const CLAIMS_WARN_BYTES: usize = 2048;
/// Claims of a session, at most, in bytes of JSON.
pub const CLAIMS_MAX_BYTES: usize = 3584;
/// How deep a claim may be nested: verifiers refuse what is much deeper.
pub const CLAIMS_DEPTH: usize = 8;
/// Why an operator does something, at most, in bytes.
pub const REASON_BYTES: usize = 1000;
/// What is shown of a device, at most, in bytes of JSON.
pub const DEVICE_MAX_BYTES: usize = 1024;
/// How far in the future an `auth_time` may lie, in seconds: clocks differ.
pub const AUTH_TIME_AHEAD_SECS: i64 = 60;
/// How long a session that is over is kept where nothing else is said, so that it can be said why it ended.
pub const OVER_SESSIONS_KEPT: Span = Span::from_days(30);
/// How long events are kept where nothing else is said.
pub const EVENTS_KEPT: Span = Span::from_days(90);
/// The least and the most that either may be kept, in days.
pub const KEPT_DAYS: RangeInclusive<i64> = 1..=3650;
/// Events of one session that its client may cause by repeating itself, a minute; more are counted and not put down.
pub const NOTICES_PER_MINUTE: u32 = 1;
/// Such events at once after a pause.
pub const NOTICES_BURST: u32 = 5;
/// Rows of a kind that one commit removes: refreshes get their turn between two.
pub const PRUNED_AT_ONCE: u32 = 500;
/// Commits that are made to measure how long one takes.
pub const PROBES: usize = 40;
/// How soon ends are told: the longest of each range, in milliseconds.
pub const FEED_DELAY_MILLIS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];
/// Signing keys of one app at once, at most: those that sign, will sign, or have tokens around.
pub const SIGNING_KEYS: usize = 8;
/// How long clients and verifiers may keep keys and metadata, in seconds.
pub const JWKS_MAX_AGE_SECS: u32 = 600;
/// How much longer caches on the way may hand them out while they read them again, in seconds. Much less than the time for which
/// a new key is published before it signs.
pub const JWKS_STALE_SECS: u32 = 3600;
/// How long verifiers go by keys that they have read, at most: for their `max-age`, and for a day when they cannot be read
/// again.
pub const KEYS_KEPT_BY_VERIFIERS: Span = Span::from_secs(86_400 + JWKS_MAX_AGE_SECS as i64);
/// After so long everybody has read a new key: what the slowest cache hands out is that old, and is kept once more.
pub const KEYS_KNOWN_AFTER: Span = Span::from_secs(2 * JWKS_MAX_AGE_SECS as i64 + JWKS_STALE_SECS as i64);
/// Apps, at most.
pub const APPS: usize = 10_000;
/// API keys, at most.
pub const API_KEYS: usize = 10_000;

/// How long a link into the console is good.
pub const ADMIN_LINK_LIFE: Span = Span::from_mins(15);
/// Links into the console that are open at once, at most: the oldest make room.
pub const ADMIN_LINKS: usize = 100;
/// The name of an admin, at most, in characters.
pub const ADMIN_NAME_CHARS: usize = 64;
/// Those who may use the console, at most.
pub const ADMINS: usize = 1000;
/// A line of the audit log, at most, in bytes of JSON.
pub const AUDIT_LINE_BYTES: usize = 16 * 1024;

/// Webhooks of one app, at most.
pub const WEBHOOKS_PER_APP: usize = 10;
/// Webhooks of the installation, at most.
pub const WEBHOOKS: usize = 1000;
/// The address of a webhook, at most, in bytes.
pub const WEBHOOK_URL_BYTES: usize = 2048;
/// What a receiver or the way to it is quoted with, at most, in bytes.
pub const WEBHOOK_SAYS_BYTES: usize = 300;
/// Messages under way at once, at most, from one node.
pub const WEBHOOK_MESSAGES_AT_ONCE: usize = 64;
/// Test messages under way at once, at most, from one node, beside those.
pub const WEBHOOK_TESTS_AT_ONCE: usize = 8;
/// Of how many webhooks it is written down at once how far they have come, at most: refreshes wait in the same queue.
pub const WEBHOOK_WRITES_AT_ONCE: usize = 16;
/// Entries of the feed that are held for a webhook at a time, at most.
pub const WEBHOOK_ENTRIES_HELD: u32 = 100;
/// How often it is written down how far a webhook has come, while all goes well; what came after that is delivered once more
/// when the process is killed.
pub const WEBHOOK_WRITTEN_EVERY: Duration = Duration::from_secs(1);
/// The same where nothing of it concerned the webhook.
pub const WEBHOOK_PASSED_WRITTEN_EVERY: Duration = Duration::from_secs(60);
/// How long after the first failure a message is tried again; twice as long after each further one.
pub const WEBHOOK_FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest that a message waits for its next try by our own choice.
pub const WEBHOOK_LONGEST_RETRY: Duration = Duration::from_secs(15 * 60);
/// The longest that a receiver may ask for by `Retry-After`.
pub const WEBHOOK_LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// How long a webhook may fail before it is turned off.
pub const WEBHOOK_FAILS_FOR: Span = Span::from_days(3);
/// How long what was said is kept for webhooks that have yet to be told: longer than one may fail.
pub const WEBHOOK_FEED_KEPT: Span = Span::from_days(4);
/// How long the secret before the last one signs beside it where nothing else is said.
pub const WEBHOOK_OVERLAP: Span = Span::from_days(1);
/// How long it may do so, at most.
pub const WEBHOOK_LONGEST_OVERLAP: Span = Span::from_days(30);

/// How long what is over is kept, for people to look at. No promise depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Sessions, from the moment when they were over.
    pub sessions: Span,
    /// Events.
    pub events: Span,
}

impl Default for Retention {
    fn default() -> Self {
        Self { sessions: OVER_SESSIONS_KEPT, events: EVENTS_KEPT }
    }
}

/// So many per interval and key, with a burst (the generic cell rate algorithm), for a bounded number of keys: the least
/// used are forgotten, which can only be in their favour.
pub struct Rate<K> {
    per_event_nanos: u64,
    burst_nanos: u64,
    due: Cache<K, Arc<AtomicU64>>,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    /// `events` per `interval`, `burst` at once, for up to `keys` keys.
    pub fn new(events: u32, interval: Duration, burst: u32, keys: usize) -> Self {
        let per_event_nanos = interval.as_nanos() as u64 / u64::from(events);
        Self { per_event_nanos, burst_nanos: per_event_nanos * u64::from(burst), due: Cache::new(keys) }
    }

    /// Counts one event of `key` at `now` (monotonic). `Err` says how long to wait; then it was not counted.
    pub fn count(&self, key: &K, now: Duration) -> Result<(), Duration> {
        let now = now.as_nanos() as u64 + self.burst_nanos;
        let due = match self.due.get(key) {
            Some(due) => due,
            None => {
                let due = Arc::new(AtomicU64::new(0));
                self.due.insert(key.clone(), due.clone());
                due
            }
        };
        let next = |due: u64| due.max(now - self.burst_nanos) + self.per_event_nanos;
        due.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |due| {
            Some(next(due)).filter(|next| *next <= now)
        })
        .map(drop)
        .map_err(|due| Duration::from_nanos(next(due) - now))
    }

    /// Whether `key` may have one more event at `now`; counts nothing.
    pub fn allows(&self, key: &K, now: Duration) -> Result<(), Duration> {
        let now = now.as_nanos() as u64 + self.burst_nanos;
        let Some(due) = self.due.get(key) else { return Ok(()) };
        let next = due.load(Ordering::Relaxed).max(now - self.burst_nanos) + self.per_event_nanos;
        if next <= now { Ok(()) } else { Err(Duration::from_nanos(next - now)) }
    }
}

/// Whole seconds for `Retry-After`, at least one.
pub fn retry_after(wait: Duration) -> u32 {
    (wait.as_secs() as u32).saturating_add(1)
}

/// Refuses an operator's reason that is longer than anybody reads.
pub(crate) fn check_reason(reason: Option<&str>) -> Result<()> {
    match reason {
        Some(reason) if reason.len() > REASON_BYTES => {
            Err(Error::invalid("reason", format!("must be at most {REASON_BYTES} bytes")))
        }
        _ => Ok(()),
    }
}
