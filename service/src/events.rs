//! What a person would want to read later: its types, and how each is put down.

use serde_json::Value;
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::rotate::Notice;
use tenure_core::time::Timestamp;
use tenure_store::Event;

macro_rules! types {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// What kind of thing happened: each has a line in `docs/reference/events.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Type { $($(#[$doc])* $variant),+ }

        impl Type {
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
    /// A session ended.
    Ended = "ended",
    /// Sessions that match a filter were ended.
    SessionsEnded = "sessions_ended",
    /// A user ended all of their sessions but one.
    OthersEnded = "others_ended",
    /// Every session of a user was ended.
    UserEnded = "user_ended",
    /// A session's claims were changed.
    Amended = "amended",
    /// A user proved anew who they are.
    Reauthenticated = "reauthenticated",
    /// More retries than lost answers explain.
    RetryPattern = "retry_pattern",
    /// A client is ahead of the store.
    OutOfSync = "out_of_sync",
    /// A client ahead of the store was adopted.
    FastForward = "fast_forward",
    /// A replaced token came back to an app that only observes.
    ReuseObserved = "reuse_observed",
    /// An app was created.
    AppCreated = "app_created",
    /// An app was removed.
    AppDeleted = "app_deleted",
    /// Session settings were changed.
    SettingsChanged = "settings_changed",
    /// An API key was made.
    ApiKeyCreated = "api_key_created",
    /// An API key was taken back.
    ApiKeyRevoked = "api_key_revoked",
    /// A signing key was published.
    SigningKeyPublished = "signing_key_published",
    /// A signing key was retired.
    SigningKeyRetired = "signing_key_retired",
    /// A webhook was made.
    WebhookCreated = "webhook_created",
    /// A webhook was changed, turned on or turned off.
    WebhookChanged = "webhook_changed",
    /// A webhook was given a new secret.
    WebhookSecretRotated = "webhook_secret_rotated",
    /// A webhook was turned off because its receiver wants no more, or has failed for days.
    WebhookDisabled = "webhook_disabled",
    /// A webhook was removed.
    WebhookDeleted = "webhook_deleted",
    /// Recovery was opened.
    RecoveryOpened = "recovery_opened",
    /// Recovery was closed.
    RecoveryClosed = "recovery_closed",
    /// The store was made of a backup.
    Restored = "restored",
    /// A backup was made.
    BackupMade = "backup_made",
    /// A backup could not be made.
    BackupFailed = "backup_failed",
);

impl Type {
    /// The type with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// What a notice of the rules is called.
    pub(crate) const fn of(notice: Notice) -> Self {
        match notice {
            Notice::RetryPattern => Self::RetryPattern,
            Notice::OutOfSync => Self::OutOfSync,
            Notice::FastForward => Self::FastForward,
            Notice::ReuseObserved => Self::ReuseObserved,
        }
    }
}

/// An event about a session.
pub(crate) fn of_session(
    kind: Type,
    at: Timestamp,
    (app, user, session): (&AppId, &UserId, FamilyId),
    detail: Value,
) -> Event {
    Event { session: Some(session), ..of_user(kind, at, (app, user), detail) }
}

/// An event about a user.
pub(crate) fn of_user(kind: Type, at: Timestamp, (app, user): (&AppId, &UserId), detail: Value) -> Event {
    Event { user: Some(user.clone()), ..of_app(kind, at, app, detail) }
}

/// An event about an app.
pub(crate) fn of_app(kind: Type, at: Timestamp, app: &AppId, detail: Value) -> Event {
    Event { app: Some(app.clone()), ..of_installation(kind, at, detail) }
}

/// An event about the installation.
pub(crate) fn of_installation(kind: Type, at: Timestamp, detail: Value) -> Event {
    let (kind, detail) = (kind.as_str().to_owned(), detail.to_string());
    Event { at, app: None, kind, user: None, session: None, detail }
}
