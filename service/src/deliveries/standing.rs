//! Where a webhook stands: what operators say of it, how far it has come, and when that is written down.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_store::{Entry, Expected, Kind, Written};

use super::attempt::Tried;
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::{WEBHOOK_FAILS_FOR, WEBHOOK_PASSED_WRITTEN_EVERY, WEBHOOK_WRITTEN_EVERY};
use crate::records;
use crate::service::Service;
use crate::webhook::{Delivered, Failed, Message, MessageType, Off, ProgressRecord, WebhookRecord, next_try};
use crate::webhook_records::{Stored, deleted};

/// The status by which a receiver says that it wants no more messages.
const GONE: u16 = 410;

/// See the file's first sentence. Only its lane writes how far it has come.
pub(super) struct Standing {
    service: Arc<Service>,
    app: AppId,
    webhook: Stored,
    progress: ProgressRecord,
    version: u64,
    unwritten: Unwritten,
    /// When it was written last; it was not yet, if nothing.
    written_at: Option<Duration>,
}

/// What is not written down yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unwritten {
    Nothing,
    /// Entries that did not concern it.
    Passed,
    /// What became of messages.
    Said,
}

/// Whether there is a webhook to deliver to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Still {
    There,
    Gone,
}

impl Standing {
    /// As it is stored; `None` when there is no such webhook, or it is turned off.
    pub(super) async fn read(service: Arc<Service>, key: &str) -> Result<Option<Self>> {
        let Some(webhook) = service.stored_webhook(key).await? else { return Ok(None) };
        let Some((version, progress)) = service.webhook_progress(key).await? else { return Ok(None) };
        if webhook.record.off.is_some() {
            return Ok(None);
        }
        let (app, _) = webhook.app_and_id()?;
        let unwritten = Unwritten::Nothing;
        let mut this = Self { service, app, webhook, progress, version, unwritten, written_at: None };
        this.forget_old_failures();
        Ok(Some(this))
    }

    /// What operators say of it by now.
    pub(super) async fn read_again(&mut self) -> Result<Still> {
        match self.service.stored_webhook(&self.webhook.key).await? {
            Some(webhook) if webhook.record.off.is_none() => {
                self.webhook = webhook;
                self.forget_old_failures();
                Ok(Still::There)
            }
            _ => {
                self.write().await?;
                Ok(Still::Gone)
            }
        }
    }

    pub(super) fn app(&self) -> &AppId {
        &self.app
    }

    pub(super) fn webhook(&self) -> &Stored {
        &self.webhook
    }

    /// Everything up to this number of the feed is done with.
    pub(super) fn cursor(&self) -> u64 {
        self.progress.cursor
    }

    /// Whether `entry` is for it.
    pub(super) fn wants(&self, entry: &Entry) -> bool {
        let record = &self.webhook.record;
        entry.announcement.app == self.app
            && record.ends_at.is_none_or(|end| entry.n <= end)
            && record.wants(MessageType::of(&entry.announcement.subject))
    }

    /// Whether its app was removed, and it knows everything about that.
    pub(super) fn has_heard_all(&self) -> bool {
        self.webhook.record.ends_at.is_some_and(|end| self.progress.cursor >= end)
    }

    /// How long it is before the next try, where the last one failed.
    pub(super) fn waits(&self, now: Timestamp) -> Option<Duration> {
        let millis = self.progress.next_try_ms?.saturating_sub(now.millis());
        u64::try_from(millis).ok().filter(|millis| *millis > 0).map(Duration::from_millis)
    }

    /// What comes up to number `n` does not concern it.
    pub(super) fn pass(&mut self, n: u64) {
        if n > self.progress.cursor {
            self.progress.cursor = n;
            self.unwritten = self.unwritten.max(Unwritten::Passed);
        }
    }

    /// `message` is about to be sent.
    pub(super) fn is_saying(&mut self, message: &Message) {
        self.progress.waiting_since_ms = Some(message.at.millis());
        self.service.webhook_traffic.waits(&self.webhook.key, Some(message.at));
    }

    /// `message` was taken: everything up to number `up_to` is done with.
    pub(super) async fn delivered(&mut self, up_to: u64, message: &Message, tried: &Tried) -> Result<Still> {
        let delivered = Delivered {
            at_ms: self.service.clock.now().millis(),
            message: message.id.clone(),
            status: tried.status.unwrap_or_default(),
            took_ms: tried.took_ms,
        };
        self.progress.cursor = self.progress.cursor.max(up_to);
        self.progress.delivered = Some(delivered);
        self.start_anew();
        self.unwritten = Unwritten::Said;
        if !self.was_written_before(WEBHOOK_WRITTEN_EVERY) {
            return Ok(Still::There);
        }
        self.write().await
    }

    /// `message` was not taken: it is tried again later, unless the receiver wants no more or has failed for days.
    pub(super) async fn failed(&mut self, message: &Message, tried: &Tried) -> Result<Still> {
        let now = self.service.clock.now();
        let says = tried.says.clone().unwrap_or_default();
        let wait = next_try(
            self.progress.failures.saturating_add(1),
            tried.retry_after,
            fresh(&*self.service.entropy)?,
        );
        let progress = &mut self.progress;
        progress.failures = progress.failures.saturating_add(1);
        let failing_since = *progress.failing_since_ms.get_or_insert(now.millis());
        progress.next_try_ms = Some(now.millis().saturating_add(wait.as_millis() as i64));
        let (at_ms, message) = (now.millis(), message.id.clone());
        self.unwritten = Unwritten::Said;
        progress.failed = Some(Failed { at_ms, message, status: tried.status, says: says.clone() });
        tracing::info!(
            webhook = self.webhook.key,
            says,
            failures = progress.failures,
            "a webhook was not delivered"
        );
        if self.write().await? == Still::Gone {
            return Ok(Still::Gone);
        }
        if tried.status == Some(GONE) {
            return self.turn_off(&says, now).await;
        }
        if now.since(Timestamp::from_millis(failing_since)) >= WEBHOOK_FAILS_FOR {
            let days = WEBHOOK_FAILS_FOR.secs() / 86_400;
            return self
                .turn_off(&format!("it failed for {days} days, the last time because {says}"), now)
                .await;
        }
        Ok(Still::There)
    }

    /// There is nothing to say to it now.
    pub(super) async fn write_at_rest(&mut self) -> Result<Still> {
        if self.progress.waiting_since_ms.take().is_some() {
            self.service.webhook_traffic.waits(&self.webhook.key, None);
            self.unwritten = Unwritten::Said;
        }
        match self.unwritten {
            Unwritten::Said if self.was_written_before(WEBHOOK_WRITTEN_EVERY) => self.write().await,
            Unwritten::Passed if self.was_written_before(WEBHOOK_PASSED_WRITTEN_EVERY) => self.write().await,
            Unwritten::Said | Unwritten::Passed | Unwritten::Nothing => Ok(Still::There),
        }
    }

    /// How long it is before what became of messages is to be written down, if that is not done.
    pub(super) fn is_written_in(&self) -> Option<Duration> {
        let since = self.written_at.map_or(WEBHOOK_WRITTEN_EVERY, |at| self.since(at));
        (self.unwritten == Unwritten::Said).then(|| WEBHOOK_WRITTEN_EVERY.saturating_sub(since))
    }

    /// Writes down how far it has come, if that is not written yet.
    pub(super) async fn write(&mut self) -> Result<Still> {
        if self.unwritten == Unwritten::Nothing {
            return Ok(Still::There);
        }
        let service = self.service.clone();
        let _one = service.webhook_traffic.free_writes.acquire().await.map_err(Error::bug)?;
        let key = &self.webhook.key;
        let expected = Expected::Version(self.version);
        let write = records::put(Kind::WebhookProgress, key.clone(), &self.progress, expected)?;
        let written = service.store.write(&[write]).await?;
        let Some((version, stored)) = service.webhook_progress(key).await? else {
            return Ok(Still::Gone);
        };
        self.version = version;
        if written != Written::All {
            // Somebody else delivers to it as well, or did.
            self.pass(stored.cursor);
            return Ok(Still::There);
        }
        (self.unwritten, self.written_at) = (Unwritten::Nothing, Some(self.service.monotonic()));
        Ok(Still::There)
    }

    /// Removes it: its app is gone, and everything was said.
    pub(super) async fn remove(&mut self) -> Result<()> {
        self.service.store.write(&deleted(&self.webhook.key)).await?;
        Ok(())
    }

    /// Turns it off, unless it was changed meanwhile. One whose app is gone goes, too.
    async fn turn_off(&mut self, why: &str, now: Timestamp) -> Result<Still> {
        let record = &self.webhook.record;
        if record.ends_at.is_some() {
            self.remove().await?;
            return Ok(Still::Gone);
        }
        let off = Some(Off { at_ms: now.millis(), why: why.to_owned() });
        let record = WebhookRecord { off, ..record.clone() };
        if self.service.store.write(&[self.webhook.put(&record)?]).await? != Written::All {
            return self.read_again().await;
        }
        let (_, id) = self.webhook.app_and_id()?;
        let detail = json!({"id": id, "host": record.host(), "why": why});
        self.service.note(events::of_app(Type::WebhookDisabled, now, &self.app, detail)).await;
        Ok(Still::Gone)
    }

    /// What failed before it was set up as it is now says nothing of what it is now.
    fn forget_old_failures(&mut self) {
        if self.progress.failing_since_ms.is_some_and(|since| since < self.webhook.record.since_ms) {
            self.start_anew();
        }
    }

    fn start_anew(&mut self) {
        (self.progress.failures, self.progress.failing_since_ms) = (0, None);
        self.progress.next_try_ms = None;
    }

    fn was_written_before(&self, time: Duration) -> bool {
        self.written_at.is_none_or(|at| self.since(at) >= time)
    }

    fn since(&self, moment: Duration) -> Duration {
        self.service.monotonic().saturating_sub(moment)
    }
}
