//! The newest entries of the feed in memory, so that those who follow it do not each ask the store.

use std::collections::VecDeque;

use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_store::{Entry, FeedPage};

use crate::limits::{FEED_IN_MEMORY, FEED_LOOKED_AT, FEED_PAGE};

/// A stretch of the feed up to its head, as it was read.
#[derive(Default)]
pub(crate) struct FeedWindow {
    incarnation: u64,
    head: u64,
    retained_from: u64,
    as_of_secs: i64,
    /// Without a gap, up to `head`.
    entries: VecDeque<Entry>,
    /// After this moment nothing matters any more of what was read and is not among those.
    dropped_until: Option<Timestamp>,
}

/// What one app's readers are sent of a stretch.
pub(crate) struct Stretch {
    /// Those of the app that are to be remembered yet, in order.
    pub(crate) entries: Vec<Entry>,
    /// The number up to which the feed was looked through.
    pub(crate) looked_to: u64,
}

impl FeedWindow {
    /// Which store this is.
    pub(crate) fn incarnation(&self) -> u64 {
        self.incarnation
    }

    /// The number of the last entry.
    pub(crate) fn head(&self) -> u64 {
        self.head
    }

    /// The first number that the store keeps: whoever needs an earlier one has fallen behind.
    pub(crate) fn retained_from(&self) -> u64 {
        self.retained_from
    }

    /// Unix seconds: nothing that was announced before is missing.
    pub(crate) fn as_of_secs(&self) -> i64 {
        self.as_of_secs
    }

    /// Adds what was read after the head.
    pub(crate) fn take(&mut self, page: &FeedPage) {
        (self.incarnation, self.retained_from) = (page.incarnation, page.retained_from);
        for entry in &page.entries {
            if entry.n != self.head + 1 {
                self.drop_first(self.entries.len());
            }
            self.head = entry.n;
            self.entries.push_back(entry.clone());
        }
        if page.entries.is_empty() {
            // What is between was given back, and nobody misses it.
            self.head = self.head.max(page.head);
        }
        self.drop_first(self.entries.len().saturating_sub(FEED_IN_MEMORY));
    }

    fn drop_first(&mut self, count: usize) {
        let until = self.entries.drain(..count).map(|entry| entry.announcement.forget_after).max();
        self.dropped_until = self.dropped_until.max(until);
    }

    /// Up to which number everything is to be forgotten at `now`, whatever else the store keeps it for.
    pub(crate) fn over_up_to(&self, now: Timestamp) -> u64 {
        let is_over = self.dropped_until.is_none_or(|until| until < now);
        self.entries.front().filter(|_| is_over).map_or(0, |first| first.n - 1)
    }

    /// Everything that was announced before `now` has been taken.
    pub(crate) fn complete_at(&mut self, now: Timestamp) {
        self.as_of_secs = self.as_of_secs.max(now.secs());
    }

    /// What follows number `after`, if it is all here: a bounded part of it.
    pub(crate) fn stretch(&self, app: &AppId, after: u64, now: Timestamp) -> Option<Stretch> {
        if after >= self.head {
            return Some(Stretch { entries: Vec::new(), looked_to: after });
        }
        let first = self.entries.front()?.n;
        let skipped = usize::try_from((after + 1).checked_sub(first)?).ok()?;
        let following = self.entries.range(skipped..).take(FEED_LOOKED_AT);
        Some(Stretch::of(app, following, after, now))
    }

    /// Up to which number nothing of `app` follows number `after`; `None` if something does, or what follows is not all here.
    pub(crate) fn silent_up_to(&self, app: &AppId, after: u64) -> Option<u64> {
        if after >= self.head {
            return Some(after);
        }
        let first = self.entries.front()?.n;
        let skipped = usize::try_from((after + 1).checked_sub(first)?).ok()?;
        let silent = !self.entries.range(skipped..).any(|entry| entry.announcement.app == *app);
        silent.then_some(self.head)
    }
}

impl Stretch {
    /// What is `app`'s of `following`, which comes after number `after` without a gap.
    pub(crate) fn of<'a>(
        app: &AppId,
        following: impl IntoIterator<Item = &'a Entry>,
        after: u64,
        now: Timestamp,
    ) -> Self {
        let mut stretch = Self { entries: Vec::new(), looked_to: after };
        for entry in following {
            let Entry { n, announcement } = entry;
            if announcement.app == *app && announcement.forget_after >= now {
                if stretch.entries.len() == FEED_PAGE {
                    break;
                }
                stretch.entries.push(entry.clone());
            }
            stretch.looked_to = *n;
        }
        stretch
    }
}

#[cfg(test)]
mod tests {
    use tenure_store::{Announcement, Subject};

    use super::*;

    fn entry(n: u64, forget_after: i64) -> Entry {
        let announcement = Announcement {
            app: AppId::stored("shop").unwrap(),
            subject: Subject::App,
            at: Timestamp::from_millis(0),
            forget_after: Timestamp::from_millis(forget_after),
        };
        Entry { n, announcement }
    }

    /// What the store keeps for a webhook that is behind is not read once more by everybody who begins to follow.
    #[test]
    fn what_is_over_is_passed_unless_some_of_it_is_not() {
        let mut window = FeedWindow::default();
        let last = FEED_IN_MEMORY as u64 + 7;
        let entries = (1..=last).map(|n| entry(n, if n == 3 { 900 } else { 500 })).collect();
        window.take(&FeedPage { entries, head: last, retained_from: 1, incarnation: 1 });
        let over_up_to = |millis| window.over_up_to(Timestamp::from_millis(millis));
        assert_eq!((over_up_to(500), over_up_to(900), over_up_to(901)), (0, 0, 7));
        assert_eq!(FeedWindow::default().over_up_to(Timestamp::from_millis(1)), 0);
    }
}
