//! The revocation feed for those who follow it: `docs/reference/revocation-feed.md`.

use std::fmt;

use tenure_core::id::AppId;
use tenure_core::settings::Revocation;
use tenure_core::time::Timestamp;
use tenure_store::{Announcement, Entry, Subject};
use tenure_wire::feed::{FeedEntry, FeedMessage, FeedReset};
use tokio::sync::watch;

use crate::error::{Error, Result};
use crate::feed_window::Stretch;
use crate::limits::{FEED_LOOKS_EVERY, FEED_PAGE, FEED_REST_PER_READER};
use crate::service::Service;

/// A place in the feed of one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    incarnation: u64,
    n: u64,
}

impl Cursor {
    /// What [`fmt::Display`] made; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (incarnation, n) = text.split_once('-')?;
        let is_hex = incarnation.len() == 16
            && incarnation.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_number = n.bytes().all(|byte| byte.is_ascii_digit()) && (n == "0" || !n.starts_with('0'));
        let parse =
            || Some(Self { incarnation: u64::from_str_radix(incarnation, 16).ok()?, n: n.parse().ok()? });
        if is_hex && is_number { parse() } else { None }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.incarnation, self.n)
    }
}

/// A message, and where its reader stands after it.
pub struct Message {
    /// What is sent.
    pub said: FeedMessage,
    /// Where to go on.
    pub cursor: Cursor,
    /// There is more already.
    pub more: bool,
}

impl Message {
    /// Whether it says something that its reader does not know.
    pub fn is_news(&self) -> bool {
        !self.said.entries.is_empty() || self.said.reset.is_some()
    }
}

impl Service {
    /// Refuses (404) where the app serves no feed.
    pub fn serves_feed(&self, app: &AppId) -> Result<()> {
        match self.app(app)?.settings.revocation {
            Revocation::Feed | Revocation::StatusList => Ok(()),
            Revocation::None => Err(Error::NotFound("feed")),
        }
    }

    /// What `app`'s readers are to know after `after`, with every end that was answered before this was called: at most
    /// [`FEED_PAGE`] entries, in order, without a gap.
    pub async fn feed(&self, app: &AppId, after: Option<Cursor>) -> Result<Message> {
        self.read_feed().await?;
        self.feed_as_read(app, after).await
    }

    /// Afterwards this node knows everything that was announced before.
    pub(crate) async fn read_feed(&self) -> Result<()> {
        let announced = self.revocations.catch_up(&self.store, self.now()?).await?;
        let read = self.clock.now();
        for at in announced {
            self.feed_delays.count(u64::try_from(read.since(at).millis()).unwrap_or(0));
        }
        Ok(())
    }

    /// The same as this node has read it last: for those who are woken by [`Service::feed_news`]. Asks the store only for what is
    /// no longer in memory.
    pub async fn feed_as_read(&self, app: &AppId, after: Option<Cursor>) -> Result<Message> {
        let now = self.now()?;
        let (start, reset, found, head, as_of) = {
            let read = self.revocations.read();
            let window = &read.window;
            let head = Cursor { incarnation: window.incarnation(), n: window.head() };
            let oldest = window.retained_from().saturating_sub(1).min(head.n);
            let reset = match after {
                None => Some(FeedReset::Start),
                Some(after) if after.incarnation != head.incarnation || after.n > head.n => {
                    Some(FeedReset::OtherStore)
                }
                Some(after) if after.n < oldest => Some(FeedReset::FellBehind),
                Some(_) => None,
            };
            let start = after.filter(|_| reset.is_none()).map_or(oldest, |after| after.n);
            // What is kept for webhooks alone is of no use here.
            let start = start.max(window.over_up_to(now));
            (start, reset, window.stretch(app, start, now), head, window.as_of_secs())
        };
        let found = match found {
            Some(found) => found,
            None => self.feed_of_the_store(app, start, now).await?,
        };
        let cursor = Cursor { n: found.looked_to, ..head };
        // Another node's entries may have been read meanwhile.
        let head = Cursor { n: head.n.max(cursor.n), ..head };
        let said = FeedMessage {
            after: after.filter(|_| reset.is_none()).map(|after| after.to_string()),
            cursor: cursor.to_string(),
            head: head.to_string(),
            as_of,
            entries: found.entries.iter().map(said).collect(),
            reset,
        };
        Ok(Message { said, cursor, more: cursor.n < head.n })
    }

    /// The number of the feed's last entry, everything up to which has been read.
    pub(crate) async fn feed_read_to(&self) -> Result<u64> {
        self.read_feed().await?;
        Ok(self.revocations.head())
    }

    /// What is `app`'s of what follows number `after`, as this node has read it last.
    pub(crate) async fn feed_stretch(&self, app: &AppId, after: u64, now: Timestamp) -> Result<Stretch> {
        let found = self.revocations.read().window.stretch(app, after, now);
        match found {
            Some(found) => Ok(found),
            None => self.feed_of_the_store(app, after, now).await,
        }
    }

    async fn feed_of_the_store(&self, app: &AppId, after: u64, now: Timestamp) -> Result<Stretch> {
        let page = self.store.feed(after, FEED_PAGE as u32).await?;
        Ok(Stretch::of(app, &page.entries, after, now))
    }

    /// Changes when this node has read something new.
    pub fn feed_news(&self) -> watch::Receiver<()> {
        self.feed_news.subscribe()
    }

    /// Reads the feed for as long as it is polled: at once what this node announces, within [`FEED_LOOKS_EVERY`] what others do.
    /// Readers are woken less often the more they are, so that a storm of ends cannot keep a node from refreshing.
    pub async fn follow_feed(&self) {
        let mut announced = self.store.announcements();
        let (mut known, mut was_read) = (self.revocations.head(), true);
        loop {
            announced.mark_unchanged();
            let read = self.read_feed().await;
            if was_read && let Err(error) = &read {
                tracing::warn!(%error, "the revocation feed cannot be read; verifiers become stale until it can");
            }
            was_read = read.is_ok();
            let head = self.revocations.head();
            if std::mem::replace(&mut known, head) != head {
                self.feed_news.send_replace(());
                let readers = u32::try_from(self.feed_news.receiver_count()).unwrap_or(u32::MAX);
                tokio::time::sleep(FEED_REST_PER_READER.saturating_mul(readers)).await;
            }
            let _ = tokio::time::timeout(FEED_LOOKS_EVERY, announced.changed()).await;
        }
    }
}

/// An entry as readers see it.
fn said(entry: &Entry) -> FeedEntry {
    let Announcement { app, subject, at, forget_after } = &entry.announcement;
    let plain =
        FeedEntry { n: entry.n, at: at.secs_up(), until: forget_after.secs_up(), ..FeedEntry::default() };
    let up_to = Some(at.secs_up());
    match subject {
        Subject::Session(session) => FeedEntry { sid: Some(session.to_string()), ..plain },
        Subject::User(user) => FeedEntry { sub: Some(user.to_string()), iat: up_to, ..plain },
        Subject::App => FeedEntry { app: Some(app.to_string()), iat: up_to, ..plain },
        Subject::SigningKey(thumbprint) => FeedEntry { kid: Some(thumbprint.clone()), ..plain },
    }
}
