//! Everything that the checks may look at: gathered first, so that judging asks nobody and changes nothing.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value};
use tenure_sqlite::Schema;
use tenure_store::Disk;
use tenure_wire::app::SigningKey;
use tenure_wire::diagnosis::Diagnosis;

use crate::config::Config;

/// What could be seen. `Err` holds why something could not, in words.
pub struct Facts {
    /// The configuration, where one was named.
    pub config: Option<Result<Config, String>>,
    /// What the running node says of itself.
    pub node: Result<Diagnosis, String>,
    /// The apps of the running node; at most so many as are looked at.
    pub apps: Vec<AppFacts>,
    /// The key ring, as the node holds it.
    pub ring: Result<RingFacts, String>,
    /// What the node knows of backups.
    pub backups: Result<BackupFacts, String>,
    /// What is on this machine; `None` for a server elsewhere.
    pub files: Option<Files>,
}

/// Of `GET /v1/ring`, what is looked at.
#[derive(Deserialize)]
pub struct RingFacts {
    pub keys: Vec<RingKeyFacts>,
    pub problem: Option<String>,
}

#[derive(Deserialize)]
pub struct RingKeyFacts {
    pub kid: u8,
    pub state: String,
    pub first_seen_at: i64,
    pub not_held_by: Vec<String>,
}

/// Of `GET /v1/backups`, what is looked at.
#[derive(Deserialize)]
pub struct BackupFacts {
    pub last: Option<LastBackup>,
}

#[derive(Deserialize)]
pub struct LastBackup {
    pub made_at: i64,
}

/// An app.
pub struct AppFacts {
    pub id: String,
    /// Unix seconds.
    pub created_at: i64,
    pub issuer: String,
    pub preset: Option<String>,
    pub settings: Map<String, Value>,
    pub signing_keys: Vec<SigningKey>,
    /// Its metadata, as an outsider gets it at the issuer.
    pub metadata: Result<Document, String>,
    /// Its public keys, as an outsider gets them at the issuer.
    pub jwks: Result<Document, String>,
}

/// A document at a public address.
pub struct Document {
    pub status: u16,
    /// When it was made, in Unix seconds, if that was said.
    pub made_at: Option<i64>,
    /// Null if it is no JSON.
    pub body: Value,
}

/// What is on this machine.
pub struct Files {
    /// Files and folders that hold secrets or sessions, with their permissions.
    pub modes: Vec<(PathBuf, u32)>,
    /// The key ring, where the configuration names one, and whether it can be read as one.
    pub ring: Option<(PathBuf, Result<(), String>)>,
    /// Whether the ring lies in the folder of the store.
    pub ring_beside_store: bool,
    /// The disk below the store.
    pub disk: Option<Disk>,
    /// The store's schema.
    pub schema: Result<Schema, String>,
}

impl Facts {
    /// Why there is no app to look at, where there is none.
    pub fn no_apps(&self) -> Option<String> {
        let why = || self.node.as_ref().err().cloned().unwrap_or_else(|| "there is no app yet".to_owned());
        self.apps.is_empty().then(why)
    }
}

impl AppFacts {
    /// A setting that is a text.
    pub fn text(&self, setting: &str) -> &str {
        self.settings.get(setting).and_then(Value::as_str).unwrap_or_default()
    }

    /// A setting that is a number.
    pub fn number(&self, setting: &str) -> Option<i64> {
        self.settings.get(setting).and_then(Value::as_i64)
    }

    /// A setting that is a list of texts.
    pub fn texts(&self, setting: &str) -> impl Iterator<Item = &str> {
        self.settings.get(setting).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}
