//! Webhooks of an app: making them, seeing them, changing them, and trying whether messages arrive.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::json;
use tenure_core::id::AppId;
use tenure_core::time::{Span, Timestamp};
use tenure_store::{Expected, Kind, Written};
use tenure_wire::webhook::{
    CreateWebhook, NewWebhook, RotateWebhookSecret, UpdateWebhook, Webhook, WebhookTested,
};

use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::{ATTEMPTS, WEBHOOK_LONGEST_OVERLAP, WEBHOOK_OVERLAP, WEBHOOKS, WEBHOOKS_PER_APP};
use crate::records;
use crate::service::Service;
use crate::webhook::{
    Courier, Destination, MessageType, Off, Outcome, ProgressRecord, SecretRecord, WebhookRecord,
    WebhookSecret, of_test, webhook_key,
};
use crate::webhook_records::{Stored, deleted, is_shown};

const BY_OPERATOR: &str = "it was turned off by whoever manages it";

impl Service {
    /// Makes a webhook of `app`: it is told what is revoked from now on. Its secret is shown this once.
    pub async fn create_webhook(&self, app: &AppId, new: &CreateWebhook) -> Result<NewWebhook> {
        let _turn = self.turn().await?;
        self.app(app)?;
        self.check_url(&new.url)?;
        let events = chosen(&new.events)?;
        let all = self.stored_webhooks(None).await?;
        let of_app = webhook_key(app, "");
        if all.iter().filter(|stored| stored.key.starts_with(&of_app) && is_shown(stored)).count()
            >= WEBHOOKS_PER_APP
        {
            return Err(Error::Conflict(format!("the app has {WEBHOOKS_PER_APP} webhooks already")));
        }
        if all.len() >= WEBHOOKS {
            return Err(Error::Conflict(format!("there are {WEBHOOKS} webhooks already")));
        }
        let now = self.now()?;
        let drawn: [u8; 9] = fresh(&*self.entropy)?;
        let id = format!("wh_{}", Base64UrlUnpadded::encode_string(&drawn));
        let key = webhook_key(app, &id);
        let (secret, sealed) = self.new_webhook_secret(&key, now)?;
        let record = WebhookRecord {
            url: new.url.clone(),
            events,
            created_at_ms: now.millis(),
            since_ms: now.millis(),
            secrets: vec![sealed],
            off: None,
            ends_at: None,
        };
        let head = self.feed_head().await?;
        let progress = ProgressRecord { cursor: head, ..ProgressRecord::default() };
        let writes = [
            records::put(Kind::Webhook, key.clone(), &record, Expected::Absent)?,
            records::put(Kind::WebhookProgress, key, &progress, Expected::Absent)?,
        ];
        if self.store.write(&writes).await? != Written::All {
            return Err(Error::bug("a webhook's id was drawn twice"));
        }
        self.webhook_traffic.changed.send_replace(());
        let detail = json!({"id": id, "host": record.host(), "events": record.events});
        self.note(events::of_app(Type::WebhookCreated, now, app, detail)).await;
        let webhook = record.shown(&id, &progress, head, now);
        Ok(NewWebhook { webhook, secret: secret.reveal().to_string() })
    }

    /// The webhooks of `app`, by id.
    pub async fn webhooks(&self, app: &AppId) -> Result<Vec<Webhook>> {
        self.app(app)?;
        let mut all = Vec::new();
        for stored in self.stored_webhooks(Some(app)).await?.iter().filter(|stored| is_shown(stored)) {
            all.push(self.shown_webhook(stored).await?);
        }
        Ok(all)
    }

    /// One of them.
    pub async fn webhook(&self, app: &AppId, id: &str) -> Result<Webhook> {
        self.shown_webhook(&self.webhook_of(app, id).await?).await
    }

    /// Changes what is given. What is said meanwhile is not lost: one that was turned off goes on where it stopped.
    pub async fn change_webhook(&self, app: &AppId, id: &str, update: &UpdateWebhook) -> Result<Webhook> {
        let _turn = self.turn().await?;
        if let Some(url) = &update.url {
            self.check_url(url)?;
        }
        let events = update.events.as_deref().map(chosen).transpose()?;
        let now = self.now()?;
        let changed = self.rewrite_webhook(app, id, |record| {
            let url = update.url.clone().unwrap_or_else(|| record.url.clone());
            let enabled = update.enabled.unwrap_or(record.off.is_none());
            if url != record.url || (enabled && record.off.is_some()) {
                record.since_ms = now.millis();
            }
            match enabled {
                true => record.off = None,
                false if record.off.is_none() => {
                    record.off = Some(Off { at_ms: now.millis(), why: BY_OPERATOR.to_owned() });
                }
                false => {}
            }
            (record.url, record.events) = (url, events.clone().unwrap_or_else(|| record.events.clone()));
            Ok(())
        });
        let changed = changed.await?;
        let record = &changed.record;
        let detail = json!({"id": id, "host": record.host(), "events": record.events, "enabled": record.off.is_none()});
        self.note(events::of_app(Type::WebhookChanged, now, app, detail)).await;
        self.shown_webhook(&changed).await
    }

    /// Removes a webhook: after the message that may be under way, nothing is sent to it any more.
    pub async fn delete_webhook(&self, app: &AppId, id: &str) -> Result<()> {
        let _turn = self.turn().await?;
        let stored = self.webhook_of(app, id).await?;
        self.store.write(&deleted(&stored.key)).await?;
        self.webhook_traffic.changed.send_replace(());
        let detail = json!({"id": id, "host": stored.record.host()});
        self.note(events::of_app(Type::WebhookDeleted, self.now()?, app, detail)).await;
        Ok(())
    }

    /// Gives a webhook a new secret, which is shown this once. The one before it signs beside it for as long as is asked for; any
    /// earlier one no more.
    pub async fn rotate_webhook_secret(
        &self,
        app: &AppId,
        id: &str,
        request: &RotateWebhookSecret,
    ) -> Result<NewWebhook> {
        let _turn = self.turn().await?;
        let overlap = request.overlap_seconds.map_or(WEBHOOK_OVERLAP, |secs| Span::from_secs(secs.into()));
        if overlap > WEBHOOK_LONGEST_OVERLAP {
            let most = WEBHOOK_LONGEST_OVERLAP.secs();
            return Err(Error::invalid("overlap_seconds", format!("must be at most {most}")));
        }
        let now = self.now()?;
        let (secret, sealed) = self.new_webhook_secret(&webhook_key(app, id), now)?;
        let changed = self.rewrite_webhook(app, id, |record| {
            record.secrets.truncate(1);
            record.secrets.iter_mut().for_each(|old| old.until_ms = Some(now.plus(overlap).millis()));
            record.secrets.retain(|old| old.until_ms > Some(now.millis()));
            record.secrets.insert(0, sealed.clone());
            Ok(())
        });
        let changed = changed.await?;
        let detail = json!({"id": id, "overlap_seconds": overlap.secs()});
        self.note(events::of_app(Type::WebhookSecretRotated, now, app, detail)).await;
        let webhook = self.shown_webhook(&changed).await?;
        Ok(NewWebhook { webhook, secret: secret.reveal().to_string() })
    }

    /// Sends a message that says nothing, now, once, whether or not the webhook is turned on; and says what came of it. Refused while
    /// [`WEBHOOK_TESTS_AT_ONCE`](crate::limits::WEBHOOK_TESTS_AT_ONCE) are under way.
    pub async fn test_webhook(&self, app: &AppId, id: &str, courier: &dyn Courier) -> Result<WebhookTested> {
        let stored = self.webhook_of(app, id).await?;
        let Ok(_one) = self.webhook_traffic.free_tests.try_acquire() else {
            return Err(Error::TooMany { retry_after: 1 });
        };
        let message = of_test(app, fresh(&*self.entropy)?, self.now()?)?;
        let tried = self.try_message(courier, &stored, &message).await?;
        Ok(WebhookTested {
            delivered: tried.outcome == Outcome::Delivered,
            message_id: message.id,
            status: tried.status,
            took_ms: tried.took_ms,
            says: tried.says,
        })
    }

    async fn webhook_of(&self, app: &AppId, id: &str) -> Result<Stored> {
        self.app(app)?;
        let stored = self.stored_webhook(&webhook_key(app, id)).await?;
        stored.filter(is_shown).ok_or(Error::NotFound("webhook"))
    }

    async fn shown_webhook(&self, stored: &Stored) -> Result<Webhook> {
        let progress = self.webhook_progress(&stored.key).await?.map(|(_, progress)| progress);
        let (_, id) = stored.app_and_id()?;
        Ok(stored.record.shown(id, &progress.unwrap_or_default(), self.feed_head().await?, self.now()?))
    }

    /// Its deliveries may turn it off meanwhile: then the change is made to that.
    async fn rewrite_webhook(
        &self,
        app: &AppId,
        id: &str,
        edit: impl Fn(&mut WebhookRecord) -> Result<()>,
    ) -> Result<Stored> {
        for _ in 0..ATTEMPTS {
            let mut stored = self.webhook_of(app, id).await?;
            edit(&mut stored.record)?;
            if self.store.write(&[stored.put(&stored.record)?]).await? == Written::All {
                self.webhook_traffic.changed.send_replace(());
                return Ok(stored);
            }
        }
        Err(Error::Conflict("the webhook was changed meanwhile".into()))
    }

    fn new_webhook_secret(&self, key: &str, now: Timestamp) -> Result<(WebhookSecret, SecretRecord)> {
        let secret = WebhookSecret::new(fresh(&*self.entropy)?);
        let sealed = self.ring.load().seal(key, secret.as_bytes()).map_err(Error::bug)?;
        Ok((secret, SecretRecord { sealed, made_at_ms: now.millis(), until_ms: None }))
    }

    fn check_url(&self, url: &str) -> Result<()> {
        let parsed = Destination::parse(url, self.options.webhook_reach);
        parsed.map(drop).map_err(|says| Error::invalid("url", says))
    }
}

/// The names of types that were chosen, each once.
fn chosen(names: &[String]) -> Result<Vec<String>> {
    let mut chosen = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let Some(kind) = MessageType::parse(name) else {
            let known: Vec<_> = MessageType::CHOICES.iter().map(|kind| kind.as_str()).collect();
            return Err(Error::invalid(
                format!("events[{at}]"),
                format!("must be one of {}", known.join(", ")),
            ));
        };
        if !chosen.iter().any(|name| name == kind.as_str()) {
            chosen.push(kind.as_str().to_owned());
        }
    }
    Ok(chosen)
}
