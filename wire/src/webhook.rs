//! Webhooks: how they are managed, and what is sent to them.

use serde::{Deserialize, Serialize};

/// The body of `POST ISS/webhooks`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// Where messages are sent.
    pub url: String,
    /// Which types of messages; absent or empty: all of them.
    #[serde(default)]
    pub events: Vec<String>,
}

/// The body of `PATCH ISS/webhooks/{id}`: what is absent stays as it is.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateWebhook {
    /// Where messages are sent from now on.
    pub url: Option<String>,
    /// Which types of messages from now on; empty: all of them.
    pub events: Option<Vec<String>>,
    /// Whether messages are sent. One that is turned on again goes on where it stopped.
    pub enabled: Option<bool>,
}

/// The body of `POST ISS/webhooks/{id}/secret`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RotateWebhookSecret {
    /// For how many seconds the secret before it signs, too; a day when absent, 0 for not at all.
    pub overlap_seconds: Option<u32>,
}

/// A webhook without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Where messages are sent.
    pub url: String,
    /// Which types of messages; empty: all of them.
    pub events: Vec<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Whether messages are sent.
    pub enabled: bool,
    /// Since when and why not, if they are not.
    pub disabled: Option<WebhookDisabled>,
    /// Unix seconds: when its secret was made.
    pub secret_made_at: i64,
    /// Unix seconds: until when the secret before it signs, too.
    pub old_secret_until: Option<i64>,
    /// How far it has come.
    pub progress: WebhookProgress,
}

/// Why nothing is sent to a webhook.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookDisabled {
    /// Unix seconds.
    pub at: i64,
    /// In words.
    pub why: String,
}

/// How far a webhook has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookProgress {
    /// The number of the last entry of the revocation feed that is done with: delivered, or not meant for it.
    pub cursor: u64,
    /// The number of the last entry of the feed.
    pub head: u64,
    /// Unix seconds: when that was said which could not be delivered yet.
    pub waiting_since: Option<i64>,
    /// Tries in a row that have failed.
    pub failures: u32,
    /// Unix seconds: the next try.
    pub next_try_at: Option<i64>,
    /// The last message that was taken.
    pub last_delivery: Option<WebhookDelivery>,
    /// The last try that failed, even if a later one did not.
    pub last_failure: Option<WebhookFailure>,
}

/// A message that was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookDelivery {
    /// Unix seconds.
    pub at: i64,
    /// Its id.
    pub message_id: String,
    /// The status that the receiver answered with.
    pub status: u16,
    /// How long that took, in milliseconds.
    pub took_ms: u64,
}

/// A try that failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookFailure {
    /// Unix seconds.
    pub at: i64,
    /// The id of the message.
    pub message_id: String,
    /// The status that the receiver answered with, if it did.
    pub status: Option<u16>,
    /// Why, in words.
    pub says: String,
}

/// A new webhook, or one with a new secret: the only time that it is shown. Has no `Debug`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewWebhook {
    /// What is known of it later.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// What its receiver checks signatures with: `whsec_…`.
    pub secret: String,
}

/// Several webhooks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookList {
    /// By id.
    pub webhooks: Vec<Webhook>,
}

/// What became of a test message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookTested {
    /// Whether it was taken: the receiver answered with 2xx.
    pub delivered: bool,
    /// The message's id.
    pub message_id: String,
    /// The status that the receiver answered with, if it did.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Why it was not taken, in words.
    pub says: Option<String>,
}

/// A message, as a receiver gets it: the body of a request whose headers `webhook-id`, `webhook-timestamp` and `webhook-signature`
/// follow Standard Webhooks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookMessage {
    /// What it says.
    #[serde(rename = "type")]
    pub kind: String,
    /// Unix seconds: when that happened.
    pub timestamp: i64,
    /// Of whom it says so.
    pub data: WebhookData,
}

/// Of whom a message speaks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookData {
    /// The app.
    pub app_id: String,
    /// The session that has ended, of `session.revoked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The user: of `user.revoked`, and of `session.revoked` while the session's row is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Why the session ended, while its row is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The key that must not be trusted any more, of `signing_key.revoked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// Entries of the feed up to this number are not known any more, of `revocations.missed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_up_to: Option<u64>,
}
