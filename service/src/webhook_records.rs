//! Webhooks in the store: reading them, what of the feed they have yet to read, and what becomes of those whose app is removed.

use std::collections::BTreeSet;

use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_store::{Expected, Kind, Write, Written};

use crate::error::{Error, Result};
use crate::limits::ATTEMPTS;
use crate::records;
use crate::service::Service;
use crate::webhook::{ProgressRecord, WebhookRecord, webhook_key};

const RECORDS_A_READ: u32 = 1000;

/// A webhook as it is stored.
pub(crate) struct Stored {
    pub(crate) key: String,
    pub(crate) version: u64,
    pub(crate) record: WebhookRecord,
}

impl Stored {
    /// The app and the id.
    pub(crate) fn app_and_id(&self) -> Result<(AppId, &str)> {
        let (app, id) = self.key.split_once('/').unwrap_or_default();
        Ok((AppId::stored(app).map_err(Error::bug)?, id))
    }

    /// The write that leaves `record` in its place, unless somebody else was faster.
    pub(crate) fn put(&self, record: &WebhookRecord) -> Result<Write> {
        records::put(Kind::Webhook, self.key.clone(), record, Expected::Version(self.version))
    }
}

impl Service {
    /// The webhooks of `app`, or of every app; by app and id. Those whose app was removed are among them.
    pub(crate) async fn stored_webhooks(&self, app: Option<&AppId>) -> Result<Vec<Stored>> {
        let prefix = app.map_or_else(String::new, |app| webhook_key(app, ""));
        let mut all: Vec<Stored> = Vec::new();
        loop {
            let after = all.last().map(|last| last.key.as_str());
            let page = self.store.records(Kind::Webhook, &prefix, after, RECORDS_A_READ).await?;
            if page.is_empty() {
                return Ok(all);
            }
            for stored in page {
                let record = records::read(Kind::Webhook, &stored)?;
                all.push(Stored { key: stored.key, version: stored.version, record });
            }
        }
    }

    /// The webhook with this key.
    pub(crate) async fn stored_webhook(&self, key: &str) -> Result<Option<Stored>> {
        let Some(stored) = self.store.get(Kind::Webhook, key).await? else { return Ok(None) };
        let record = records::read(Kind::Webhook, &stored)?;
        Ok(Some(Stored { key: stored.key, version: stored.version, record }))
    }

    /// How far the webhook with this key has come, with the version of that record.
    pub(crate) async fn webhook_progress(&self, key: &str) -> Result<Option<(u64, ProgressRecord)>> {
        let Some(stored) = self.store.get(Kind::WebhookProgress, key).await? else { return Ok(None) };
        Ok(Some((stored.version, records::read(Kind::WebhookProgress, &stored)?)))
    }

    /// The number of the last entry of the feed.
    pub(crate) async fn feed_head(&self) -> Result<u64> {
        Ok(self.store.feed(u64::MAX, 1).await?.head)
    }

    /// Up to which number every webhook that is turned on has read the feed: what comes after it must be kept for them. One that has
    /// yet to be told what was said before `oldest` is past waiting for: its receiver is slower than sessions end.
    pub(crate) async fn feed_read_by_webhooks(&self, oldest: Timestamp) -> Result<u64> {
        let mut read = BTreeSet::new();
        for stored in self.stored_webhooks(None).await? {
            if stored.record.off.is_none()
                && let Some((_, progress)) = self.webhook_progress(&stored.key).await?
            {
                read.insert(progress.cursor);
            }
        }
        for cursor in read {
            let next = self.store.feed(cursor, 1).await?.entries;
            if next.first().is_none_or(|next| next.announcement.at >= oldest) {
                return Ok(cursor);
            }
        }
        Ok(u64::MAX)
    }

    /// The writes that belong to the removal of `app`: nobody sees its webhooks any more, and those that are turned on are still told
    /// what the removal ended.
    pub(crate) async fn webhooks_of_removed(&self, app: &AppId) -> Result<Vec<Write>> {
        let mut writes = Vec::new();
        // Not those that an earlier app of this name left behind: they are told of that one alone.
        for stored in self.stored_webhooks(Some(app)).await?.into_iter().filter(is_shown) {
            match &stored.record.off {
                Some(_) => writes.extend(deleted(&stored.key)),
                None => {
                    let record = WebhookRecord { ends_at: Some(u64::MAX), ..stored.record.clone() };
                    writes.push(records::put(Kind::Webhook, stored.key, &record, Expected::Any)?);
                }
            }
        }
        Ok(writes)
    }

    /// Nothing that is said from now on is for the webhooks that a removed app left behind: of `app`, or of every app.
    pub(crate) async fn webhooks_end_here(&self, app: Option<&AppId>) -> Result<()> {
        for mut stored in self.stored_webhooks(app).await? {
            for _ in 0..ATTEMPTS {
                if stored.record.ends_at != Some(u64::MAX) {
                    break;
                }
                let record =
                    WebhookRecord { ends_at: Some(self.feed_head().await?), ..stored.record.clone() };
                if self.store.write(&[stored.put(&record)?]).await? == Written::All {
                    break;
                }
                let Some(again) = self.stored_webhook(&stored.key).await? else { break };
                stored = again;
            }
        }
        self.webhook_traffic.changed.send_replace(());
        Ok(())
    }
}

/// One whose app was removed is no webhook of another app that has its name by now.
pub(crate) fn is_shown(stored: &Stored) -> bool {
    stored.record.ends_at.is_none()
}

/// The writes that remove a webhook.
pub(crate) fn deleted(key: &str) -> [Write; 2] {
    [Kind::Webhook, Kind::WebhookProgress].map(|kind| Write {
        kind,
        key: key.to_owned(),
        expected: Expected::Any,
        value: None,
    })
}
