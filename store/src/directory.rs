//! The contract for versioned records: apps, settings, keys and whatever else is read often and written seldom.

use async_trait::async_trait;
use tenure_core::time::Timestamp;

use crate::{Announcement, Figures, Unavailable};

/// What kind of record: each has its own space of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Apps, by id.
    App,
    /// Versions of session settings, by app and version.
    Settings,
    /// Signing keys, by app and kid.
    SigningKey,
    /// API keys, by id.
    ApiKey,
    /// Canaries of the key ring, by kid.
    Canary,
    /// What concerns the whole installation, by name.
    Installation,
    /// Those who may use the console, by name.
    Admin,
    /// One-time links into the console, by id.
    AdminLink,
    /// Jobs that end sessions, by id.
    EndJob,
    /// What admins did, newest first.
    Audit,
    /// Receivers of webhooks, by app and id.
    Webhook,
    /// How far each of them has come, by app and id.
    WebhookProgress,
    /// Status lists, by app and number, and which one of an app is being filled.
    StatusList,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 13] = [
        Kind::App,
        Kind::Settings,
        Kind::SigningKey,
        Kind::ApiKey,
        Kind::Canary,
        Kind::Installation,
        Kind::Admin,
        Kind::AdminLink,
        Kind::EndJob,
        Kind::Audit,
        Kind::Webhook,
        Kind::WebhookProgress,
        Kind::StatusList,
    ];

    /// The name that stores keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Settings => "settings",
            Self::SigningKey => "signing_key",
            Self::ApiKey => "api_key",
            Self::Canary => "canary",
            Self::Installation => "installation",
            Self::Admin => "admin",
            Self::AdminLink => "admin_link",
            Self::EndJob => "end_job",
            Self::Audit => "audit",
            Self::Webhook => "webhook",
            Self::WebhookProgress => "webhook_progress",
            Self::StatusList => "status_list",
        }
    }
}

/// A record as it is stored. The store does not read `bytes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its key within its kind.
    pub key: String,
    /// Rises with every write of this key.
    pub version: u64,
    /// What the service encoded.
    pub bytes: Vec<u8>,
}

/// What must be stored for a write to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// No such record.
    Absent,
    /// The record with this version.
    Version(u64),
    /// Anything.
    Any,
}

/// One write: `Some` puts, `None` deletes.
#[derive(Clone, Debug)]
pub struct Write {
    /// The kind.
    pub kind: Kind,
    /// The key.
    pub key: String,
    /// What must be stored.
    pub expected: Expected,
    /// The new bytes, or a deletion.
    pub value: Option<Vec<u8>>,
}

/// What became of a batch of writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// All are durable.
    All,
    /// Nothing was written: the write with this index did not find what it expected.
    Conflict(usize),
}

/// Versioned records, and the store's own marks.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// The record with this key.
    async fn get(&self, kind: Kind, key: &str) -> Result<Option<Record>, Unavailable>;

    /// Records of `kind` whose key starts with `prefix`, after key `after`, by rising key, at most `max`.
    async fn records(
        &self,
        kind: Kind,
        prefix: &str,
        after: Option<&str>,
        max: u32,
    ) -> Result<Vec<Record>, Unavailable>;

    /// Applies all writes or none.
    async fn write(&self, writes: &[Write]) -> Result<Written, Unavailable>;

    /// Applies all writes and puts the announcement into the feed after them, in one commit; or none of it.
    async fn write_announced(
        &self,
        writes: &[Write],
        announcement: &Announcement,
    ) -> Result<Written, Unavailable>;

    /// The latest time that any committed change carried: a clock far behind it must not be trusted.
    async fn high_water(&self) -> Result<Timestamp, Unavailable>;

    /// Proves that the store can commit now; an error says why not.
    async fn probe(&self) -> Result<(), Unavailable>;

    /// What the store counts of itself, where it does. Touches nothing that a refresh waits for.
    fn figures(&self) -> Option<Figures> {
        None
    }
}
