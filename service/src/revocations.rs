//! The feed as this node has read it: which stateless tokens are refused, after which moment new ones may sign, and the newest
//! entries, for those who follow it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tenure_core::id::{AppId, UserId};
use tenure_core::time::Timestamp;
use tenure_store::{Entry, FeedPage, Store, Subject, Unavailable};

use crate::feed_window::FeedWindow;

const ENTRIES_A_READ: u32 = 1000;

/// Follows the feed.
#[derive(Default)]
pub(crate) struct Revocations {
    read: Mutex<Read>,
    /// One reading of the store at a time, and the number of the last one that succeeded.
    turn: tokio::sync::Mutex<u64>,
    /// Readings that were begun.
    begun: AtomicU64,
}

/// What was read.
#[derive(Default)]
pub(crate) struct Read {
    /// The newest entries, and where they stand.
    pub(crate) window: FeedWindow,
    forgot_at: i64,
    users: HashMap<(AppId, UserId), CutOff>,
    apps: HashMap<AppId, CutOff>,
}

/// Tokens with `iat` up to `secs` are refused.
#[derive(Clone, Copy)]
struct CutOff {
    secs: i64,
    forget_after: Timestamp,
}

impl Revocations {
    /// Reads the feed to its end. Afterwards everything is known that was announced before this was called; many callers at
    /// once share a reading. Gives back when those entries were announced that this call was the first to read.
    pub(crate) async fn catch_up(
        &self,
        store: &Store,
        now: Timestamp,
    ) -> Result<Vec<Timestamp>, Unavailable> {
        let begun_before = self.begun.load(Ordering::SeqCst);
        let mut done = self.turn.lock().await;
        if *done > begun_before {
            return Ok(Vec::new());
        }
        let mut announced = Vec::new();
        let this = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        loop {
            let after = self.head();
            let page = store.feed(after, ENTRIES_A_READ).await?;
            announced.extend(page.entries.iter().map(|entry| entry.announcement.at));
            let mut read = self.read();
            read.take(&page);
            if page.entries.is_empty() || read.window.head() >= page.head {
                read.window.complete_at(now);
                read.forget(now);
                *done = this;
                return Ok(announced);
            }
        }
    }

    /// The last second whose tokens of `user` in `app` are refused, if any.
    pub(crate) fn cut_off(&self, app: &AppId, user: &UserId) -> Option<i64> {
        self.read().cut_off(app, user)
    }

    /// The number of the last entry that this node has read.
    pub(crate) fn head(&self) -> u64 {
        self.read().window.head()
    }

    /// What was read.
    pub(crate) fn read(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read {
    fn cut_off(&self, app: &AppId, user: &UserId) -> Option<i64> {
        if self.users.is_empty() && self.apps.is_empty() {
            return None;
        }
        let of_user = self.users.get(&(app.clone(), user.clone()));
        of_user.into_iter().chain(self.apps.get(app)).map(|cut_off| cut_off.secs).max()
    }

    fn take(&mut self, page: &FeedPage) {
        page.entries.iter().for_each(|entry| self.cut(entry));
        self.window.take(page);
    }

    fn cut(&mut self, entry: &Entry) {
        let announcement = &entry.announcement;
        let cut_off = CutOff { secs: announcement.at.secs_up(), forget_after: announcement.forget_after };
        let app = announcement.app.clone();
        match &announcement.subject {
            Subject::User(user) => cut_off.later(self.users.entry((app, user.clone())).or_insert(cut_off)),
            Subject::App => cut_off.later(self.apps.entry(app).or_insert(cut_off)),
            // Sessions are in the store themselves; a signing key is refused by its absence.
            Subject::Session(_) | Subject::SigningKey(_) => {}
        }
    }

    /// At most once a second: it looks at every cut-off.
    fn forget(&mut self, now: Timestamp) {
        if now.secs() == self.forgot_at {
            return;
        }
        self.forgot_at = now.secs();
        self.users.retain(|_, cut_off| cut_off.forget_after >= now);
        self.apps.retain(|_, cut_off| cut_off.forget_after >= now);
    }
}

impl CutOff {
    /// `known`, or this where it reaches further.
    fn later(self, known: &mut Self) {
        known.secs = known.secs.max(self.secs);
        known.forget_after = known.forget_after.max(self.forget_after);
    }
}
