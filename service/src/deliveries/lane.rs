//! The lane of one webhook: what concerns it in the feed, one message after the other, each until it is taken.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tenure_core::time::Timestamp;
use tenure_store::Entry;
use tokio::sync::watch;
use tokio::time::sleep;

use super::standing::{Standing, Still};
use super::{AGAIN, told};
use crate::error::{Error, Result};
use crate::limits::{WEBHOOK_ENTRIES_HELD, WEBHOOK_LONGEST_RETRY_AFTER, WEBHOOK_PASSED_WRITTEN_EVERY};
use crate::service::Service;
use crate::webhook::{Courier, Message, Outcome, missed, of_entry};

/// How long to wait after a fault of ours.
const AFTER_A_FAULT: Duration = Duration::from_secs(60);

/// What every lane works with.
#[derive(Clone)]
pub(super) struct Means {
    pub(super) service: Arc<Service>,
    pub(super) courier: Arc<dyn Courier>,
    /// Changes when something was read of the feed.
    pub(super) said: watch::Receiver<()>,
    pub(super) stop: watch::Receiver<bool>,
}

/// See the file's first sentence.
pub(super) struct Lane {
    means: Means,
    standing: Standing,
    incarnation: u64,
    /// Read from the feed, and not done with.
    held: VecDeque<Held>,
    /// The message of the first of those, once it was made: it is the same each time that it is sent.
    message: Option<Message>,
    /// Webhooks were changed; it may be one of them.
    changed: bool,
    /// The store did not answer the last time that it was asked.
    waits_for_the_store: bool,
}

/// What is to be said, and the number up to which everything is done with once it was.
enum Held {
    Entry(Entry),
    Missed { up_to: u64 },
}

/// What comes after a step.
enum Next {
    AtOnce,
    After(Duration),
    WhenSomethingIsSaid,
    /// Or after this time, to write down how far it has come.
    WhenSomethingIsSaidOrAfter(Duration),
    Nothing,
}

impl Lane {
    /// Delivers to the webhook with this key until it is turned off or gone, or the process is to stop.
    pub(super) async fn run(key: String, means: Means) {
        let service = means.service.clone();
        let mut changed = service.webhook_traffic.changed.subscribe();
        let rest = match Self::follow(&key, means, &mut changed).await {
            Ok(()) => Duration::ZERO,
            Err(Error::Unavailable(error)) => {
                tracing::warn!(%error, webhook = key, "a webhook waits for the store");
                AGAIN
            }
            Err(error) => {
                tracing::error!(%error, webhook = key, "a webhook cannot be delivered to; it is tried again later");
                AFTER_A_FAULT
            }
        };
        service.webhook_traffic.waits(&key, None);
        tokio::select! {
            () = sleep(rest) => {}
            _ = changed.changed() => {}
        }
    }

    async fn follow(key: &str, means: Means, changed: &mut watch::Receiver<()>) -> Result<()> {
        let (mut stop, mut said) = (means.stop.clone(), means.said.clone());
        let clock = means.service.clock.clone();
        let Some(standing) = Standing::read(means.service.clone(), key).await? else { return Ok(()) };
        let mut lane = Self {
            means,
            standing,
            incarnation: 0,
            held: VecDeque::new(),
            message: None,
            changed: false,
            waits_for_the_store: false,
        };
        loop {
            said.mark_unchanged();
            let next = lane.step_if_the_store_answers().await?;
            let rest = async {
                match next {
                    Next::AtOnce | Next::Nothing => {}
                    Next::After(time) => clock.wait(time).await,
                    Next::WhenSomethingIsSaid => tokio::select! {
                        _ = said.changed() => {}
                        () = sleep(WEBHOOK_PASSED_WRITTEN_EVERY) => {}
                    },
                    Next::WhenSomethingIsSaidOrAfter(time) => tokio::select! {
                        _ = said.changed() => {}
                        () = clock.wait(time) => {}
                    },
                }
            };
            tokio::select! {
                biased;
                () = told(&mut stop) => return lane.standing.write().await.map(drop),
                _ = changed.changed() => lane.changed = true,
                () = rest => if matches!(next, Next::Nothing) { return Ok(()) },
            }
        }
    }

    /// A store that is away is waited for, and nothing of what is known of the receiver is forgotten meanwhile: otherwise a disk that
    /// is full, which can be read, would send the same message again and again.
    async fn step_if_the_store_answers(&mut self) -> Result<Next> {
        let was_away = self.waits_for_the_store;
        let next = self.step().await;
        self.waits_for_the_store = matches!(next, Err(Error::Unavailable(_)));
        match next {
            Err(Error::Unavailable(error)) => {
                if !was_away {
                    tracing::warn!(%error, webhook = self.standing.webhook().key, "a webhook waits for the store");
                }
                sleep(AGAIN).await;
                Ok(Next::AtOnce)
            }
            next => next,
        }
    }

    /// Sends a message, or reads on.
    async fn step(&mut self) -> Result<Next> {
        if self.changed {
            if self.standing.read_again().await? == Still::Gone {
                return Ok(Next::Nothing);
            }
            self.changed = false;
        }
        let now = self.means.service.now()?;
        if let Some(wait) = self.standing.waits(now) {
            return Ok(Next::After(wait.min(WEBHOOK_LONGEST_RETRY_AFTER)));
        }
        let Some(held) = self.held.front() else { return self.read_on().await };
        if let Held::Entry(entry) = held
            && !self.standing.wants(entry)
        {
            self.standing.pass(entry.n);
            self.held.pop_front();
            return Ok(Next::AtOnce);
        }
        self.send(now).await
    }

    /// Reads what comes next in the feed.
    async fn read_on(&mut self) -> Result<Next> {
        if self.standing.has_heard_all() {
            self.standing.remove().await?;
            return Ok(Next::Nothing);
        }
        let cursor = self.standing.cursor();
        let silent_up_to = {
            let read = self.means.service.revocations.read();
            read.window.silent_up_to(self.standing.app(), cursor)
        };
        if let Some(n) = silent_up_to {
            self.standing.pass(n);
            return self.rest().await;
        }
        let page = self.means.service.store.feed(cursor, WEBHOOK_ENTRIES_HELD).await?;
        self.incarnation = page.incarnation;
        if page.retained_from > cursor.saturating_add(1) && page.head > cursor {
            self.held.push_back(Held::Missed { up_to: page.retained_from - 1 });
        } else {
            self.held.extend(page.entries.into_iter().map(Held::Entry));
        }
        if self.held.is_empty() { self.rest().await } else { Ok(Next::AtOnce) }
    }

    /// There is nothing to say now.
    async fn rest(&mut self) -> Result<Next> {
        if self.standing.write_at_rest().await? == Still::Gone {
            return Ok(Next::Nothing);
        }
        Ok(match self.standing.is_written_in() {
            Some(time) => Next::WhenSomethingIsSaidOrAfter(time),
            None => Next::WhenSomethingIsSaid,
        })
    }

    async fn send(&mut self, now: Timestamp) -> Result<Next> {
        let Some(held) = self.held.front() else { return Ok(Next::AtOnce) };
        let up_to = held.up_to();
        let message = match &self.message {
            Some(message) => message.clone(),
            None => self.message.insert(self.made(held, now).await?).clone(),
        };
        self.standing.is_saying(&message);
        let (service, mut stop) = (self.means.service.clone(), self.means.stop.clone());
        let _one = tokio::select! {
            biased;
            // What is not under way yet is left for the next process.
            () = told(&mut stop) => return Ok(Next::AtOnce),
            one = service.webhook_traffic.free.acquire() => one.map_err(Error::bug)?,
        };
        let tried = service.try_message(&*self.means.courier, self.standing.webhook(), &message).await?;
        service.webhook_traffic.count(tried.outcome);
        let still = if tried.outcome == Outcome::Delivered {
            (self.message, _) = (None, self.held.pop_front());
            self.standing.delivered(up_to, &message, &tried).await?
        } else {
            self.standing.failed(&message, &tried).await?
        };
        Ok(if still == Still::There { Next::AtOnce } else { Next::Nothing })
    }

    async fn made(&self, held: &Held, now: Timestamp) -> Result<Message> {
        match held {
            Held::Entry(entry) => of_entry(&self.means.service.store, self.incarnation, entry).await,
            Held::Missed { up_to } => missed(self.standing.app(), self.incarnation, *up_to, now),
        }
    }
}

impl Held {
    fn up_to(&self) -> u64 {
        match self {
            Self::Entry(entry) => entry.n,
            Self::Missed { up_to } => *up_to,
        }
    }
}
