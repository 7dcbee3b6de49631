//! What is said to a receiver: an entry of the revocation feed, with what the session's row still knows of it.

use tenure_core::family::State;
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_store::{Entry, Store, Subject};
use tenure_wire::webhook::{WebhookData, WebhookMessage};

use crate::error::{Error, Result};

macro_rules! types {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// What a message says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum MessageType { $($(#[$doc])* $variant),+ }

        impl MessageType {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// How it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

types!(
    /// A session has ended: its auth tokens are refused.
    SessionRevoked = "session.revoked",
    /// Every auth token of a user up to now is refused.
    UserRevoked = "user.revoked",
    /// The app was removed.
    AppRevoked = "app.revoked",
    /// A signing key must not be trusted any more.
    SigningKeyRevoked = "signing_key.revoked",
    /// The webhook was turned off or behind for so long that what happened meanwhile is not known any more.
    RevocationsMissed = "revocations.missed",
    /// Somebody tries whether messages arrive.
    WebhookTest = "webhook.test",
);

impl MessageType {
    /// Those that a webhook can be confined to. The others it gets in any case.
    pub const CHOICES: &'static [Self] =
        &[Self::SessionRevoked, Self::UserRevoked, Self::AppRevoked, Self::SigningKeyRevoked];

    /// The type with this name, of those that can be chosen.
    pub fn parse(name: &str) -> Option<Self> {
        Self::CHOICES.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// What an entry about `subject` is called.
    pub(crate) const fn of(subject: &Subject) -> Self {
        match subject {
            Subject::Session(_) => Self::SessionRevoked,
            Subject::User(_) => Self::UserRevoked,
            Subject::App => Self::AppRevoked,
            Subject::SigningKey(_) => Self::SigningKeyRevoked,
        }
    }
}

/// A message: the same bytes under the same id each time that it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Tells it from every other: receivers know by it what they have had.
    pub(crate) id: String,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// JSON.
    pub(crate) body: String,
}

/// What `entry` says, in a store of this incarnation. Reads the session's row for who and why, if it is there still.
pub(crate) async fn of_entry(store: &Store, incarnation: u64, entry: &Entry) -> Result<Message> {
    let announcement = &entry.announcement;
    let mut data = WebhookData { app_id: announcement.app.to_string(), ..WebhookData::default() };
    match &announcement.subject {
        Subject::Session(session) => {
            data.session_id = Some(session.to_string());
            if let Some(row) = store.load(*session).await? {
                data.user_id = Some(row.user.to_string());
                data.reason = match row.state {
                    State::Ended { reason, .. } => Some(reason.as_str().to_owned()),
                    State::Live => None,
                };
            }
        }
        Subject::User(user) => data.user_id = Some(user.to_string()),
        Subject::App => {}
        Subject::SigningKey(kid) => data.kid = Some(kid.clone()),
    }
    let kind = MessageType::of(&announcement.subject);
    message(format!("msg_{incarnation:016x}_{}", entry.n), kind, announcement.at, data)
}

/// That what was said up to number `up_to` is not known any more.
pub(crate) fn missed(app: &AppId, incarnation: u64, up_to: u64, now: Timestamp) -> Result<Message> {
    let data = WebhookData { app_id: app.to_string(), missed_up_to: Some(up_to), ..WebhookData::default() };
    message(format!("msg_{incarnation:016x}_{up_to}_missed"), MessageType::RevocationsMissed, now, data)
}

/// A message that only shows that messages arrive.
pub(crate) fn of_test(app: &AppId, drawn: [u8; 12], now: Timestamp) -> Result<Message> {
    let data = WebhookData { app_id: app.to_string(), ..WebhookData::default() };
    let drawn: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
    message(format!("msg_test_{drawn}"), MessageType::WebhookTest, now, data)
}

fn message(id: String, kind: MessageType, at: Timestamp, data: WebhookData) -> Result<Message> {
    let said = WebhookMessage { kind: kind.as_str().to_owned(), timestamp: at.secs(), data };
    Ok(Message { id, at, body: serde_json::to_string(&said).map_err(Error::bug)? })
}
