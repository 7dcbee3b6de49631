//! What is stored of a webhook: what operators say of it, and apart from that how far it has come, which only its deliveries write.

use serde::{Deserialize, Serialize};
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_wire::webhook::{Webhook, WebhookDelivery, WebhookDisabled, WebhookFailure, WebhookProgress};

use super::destination::{Destination, Host};
use super::message::{Message, MessageType};
use super::reach::Reach;
use super::secret::WebhookSecret;
use crate::error::{Error, Result};
use crate::ring::{Ring, Sealed};

/// A webhook, as operators have set it up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WebhookRecord {
    pub(crate) url: String,
    /// Names of types; empty is all of them.
    pub(crate) events: Vec<String>,
    pub(crate) created_at_ms: i64,
    /// Since when it is turned on and has its address: failures before that are forgotten.
    pub(crate) since_ms: i64,
    /// The newest first. Never none.
    pub(crate) secrets: Vec<SecretRecord>,
    pub(crate) off: Option<Off>,
    /// The app was removed when the feed was at this number: after that there is nothing to say.
    #[serde(default)]
    pub(crate) ends_at: Option<u64>,
}

/// A signing secret, sealed under the ring.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SecretRecord {
    pub(crate) sealed: Sealed,
    pub(crate) made_at_ms: i64,
    /// It signs nothing from here on; without it, it goes on.
    pub(crate) until_ms: Option<i64>,
}

/// Why nothing is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Off {
    pub(crate) at_ms: i64,
    pub(crate) why: String,
}

/// How far a webhook has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ProgressRecord {
    /// Done with everything up to this number of the feed.
    pub(crate) cursor: u64,
    pub(crate) waiting_since_ms: Option<i64>,
    /// Tries in a row that have failed, and when the first of them was.
    pub(crate) failures: u32,
    pub(crate) failing_since_ms: Option<i64>,
    pub(crate) next_try_ms: Option<i64>,
    pub(crate) delivered: Option<Delivered>,
    pub(crate) failed: Option<Failed>,
}

/// A message that was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivered {
    pub(crate) at_ms: i64,
    pub(crate) message: String,
    pub(crate) status: u16,
    pub(crate) took_ms: u64,
}

/// A try that failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Failed {
    pub(crate) at_ms: i64,
    pub(crate) message: String,
    pub(crate) status: Option<u16>,
    pub(crate) says: String,
}

/// The key of a webhook and of how far it has come; of one without an id, what those of the app begin with.
pub(crate) fn webhook_key(app: &AppId, id: &str) -> String {
    format!("{app}/{id}")
}

impl WebhookRecord {
    /// Whether a message of this type is for it.
    pub(crate) fn wants(&self, kind: MessageType) -> bool {
        self.events.is_empty() || self.events.iter().any(|name| name == kind.as_str())
    }

    /// The host that it names, for events and logs: the rest of the URL may hold a secret.
    pub(crate) fn host(&self) -> String {
        match Destination::parse(&self.url, Reach::Anywhere).map(|to| to.host) {
            Ok(Host::Name(name)) => name,
            Ok(Host::Address(address)) => address.to_string(),
            Err(_) => String::new(),
        }
    }

    /// The headers with which `message` is sent at `now`: one signature for each secret that still signs, the newest first.
    pub(crate) fn headers(
        &self,
        ring: &Ring,
        key: &str,
        message: &Message,
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>> {
        let signs = |secret: &&SecretRecord| secret.until_ms.is_none_or(|until| now.millis() < until);
        let sign = |secret: &SecretRecord| {
            let bytes = ring.open(key, &secret.sealed).map_err(Error::bug)?;
            let secret = WebhookSecret::read(&bytes)
                .ok_or_else(|| Error::Bug(format!("the secret of webhook {key} is of no kind")))?;
            Ok(secret.sign(&message.id, now.secs(), message.body.as_bytes()))
        };
        let signatures: Vec<_> = self.secrets.iter().filter(signs).map(sign).collect::<Result<_>>()?;
        Ok(vec![
            ("webhook-id", message.id.clone()),
            ("webhook-timestamp", now.secs().to_string()),
            ("webhook-signature", signatures.join(" ")),
        ])
    }

    /// As operators see it.
    pub(crate) fn shown(&self, id: &str, progress: &ProgressRecord, head: u64, now: Timestamp) -> Webhook {
        let secs = |millis: i64| millis.div_euclid(1000);
        let old = self.secrets.iter().skip(1).filter_map(|secret| secret.until_ms);
        Webhook {
            id: id.to_owned(),
            url: self.url.clone(),
            events: self.events.clone(),
            created_at: secs(self.created_at_ms),
            enabled: self.off.is_none(),
            disabled: self
                .off
                .as_ref()
                .map(|off| WebhookDisabled { at: secs(off.at_ms), why: off.why.clone() }),
            secret_made_at: self.secrets.first().map_or(0, |secret| secs(secret.made_at_ms)),
            old_secret_until: old.max().filter(|until| now.millis() < *until).map(secs),
            progress: progress.shown(head, self.off.is_none()),
        }
    }
}

impl ProgressRecord {
    fn shown(&self, head: u64, is_on: bool) -> WebhookProgress {
        let secs = |millis: i64| millis.div_euclid(1000);
        WebhookProgress {
            cursor: self.cursor,
            head,
            waiting_since: self.waiting_since_ms.map(secs),
            failures: self.failures,
            next_try_at: self.next_try_ms.filter(|_| is_on).map(secs),
            last_delivery: self.delivered.as_ref().map(|delivered| WebhookDelivery {
                at: secs(delivered.at_ms),
                message_id: delivered.message.clone(),
                status: delivered.status,
                took_ms: delivered.took_ms,
            }),
            last_failure: self.failed.as_ref().map(|failed| WebhookFailure {
                at: secs(failed.at_ms),
                message_id: failed.message.clone(),
                status: failed.status,
                says: failed.says.clone(),
            }),
        }
    }
}
