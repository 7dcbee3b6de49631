//! The key ring's file: TOML, mode 0600, outside the database and outside its backups.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use tenure_core::id::Kid;
use tenure_core::ring::KeyState;
use zeroize::{Zeroize, Zeroizing};

/// Why a key ring cannot be used. Never repeats a key.
#[derive(Debug)]
pub enum RingError {
    /// It cannot be read or written.
    Io(PathBuf, io::Error),
    /// Others may read it.
    Readable(PathBuf, u32),
    /// It is not what a key ring is.
    Invalid(String),
    /// It lacks a key that the store needs.
    Missing(u8),
    /// It holds another key under this number than the one that the store was written with.
    Wrong(u8),
    /// It honours a key that was retired.
    Revived(u8),
    /// It makes tokens under a key that another running node does not hold.
    NotHeld {
        /// The key.
        kid: u8,
        /// The node.
        node: String,
    },
    /// It retires a key under which another running node makes tokens.
    StillActive {
        /// The key.
        kid: u8,
        /// The node.
        node: String,
    },
    /// A primitive failed.
    Crypto(&'static str),
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "the key ring {} cannot be used: {error}", path.display()),
            Self::Readable(path, mode) => write!(
                f,
                "the key ring {} has mode {mode:03o}: only its owner may read it (chmod 600)",
                path.display()
            ),
            Self::Invalid(why) => write!(f, "the key ring is not valid: {why}"),
            Self::Missing(kid) => write!(
                f,
                "the key ring lacks key {kid}, which this store was written with: without it its sessions would be \
                 lost. Use the ring that belongs to the store; retired keys stay in it"
            ),
            Self::Wrong(kid) => write!(
                f,
                "key {kid} of the key ring is not the key {kid} that this store was written with: use the ring that \
                 belongs to the store"
            ),
            Self::Revived(kid) => write!(
                f,
                "key {kid} was retired, and this key ring honours it again: it is an older one. Sessions that ended with \
                 the key would come back; use the newest ring of this store"
            ),
            Self::NotHeld { kid, node } => write!(
                f,
                "the key ring makes key {kid} active, and node {node}, which is running, does not hold that key yet: it \
                 would sign its users out. Give every node a ring with key {kid} in state verify first (tenure ring add), \
                 and activate it when all of them hold it"
            ),
            Self::StillActive { kid, node } => write!(
                f,
                "the key ring retires key {kid}, under which node {node}, which is running, still makes tokens: they would \
                 be refused here. Wait until that node has taken over a ring with another active key"
            ),
            Self::Crypto(what) => write!(f, "cryptography failed while {what}"),
        }
    }
}

impl std::error::Error for RingError {}

/// A key ring as it is written down. Has no `Debug`: it is secret.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct RingFile {
    #[serde(rename = "key", default)]
    keys: Vec<RingEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingEntry {
    kid: u8,
    state: StateName,
    secret: String,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum StateName {
    Verify,
    Active,
    Retired,
}

/// A key's number, state and secret.
pub(super) type RingKeyParts = (Kid, KeyState, Zeroizing<[u8; 32]>);

impl Drop for RingEntry {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl From<StateName> for KeyState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Verify => Self::Verify,
            StateName::Active => Self::Active,
            StateName::Retired => Self::Retired,
        }
    }
}

/// Where a ring comes from, so that it can be looked at again.
#[derive(Clone)]
pub enum RingSource {
    /// A file of mode 0600.
    File(PathBuf),
    /// The text itself, from the environment.
    Text(Zeroizing<String>),
}

impl RingSource {
    /// Where it is kept, in words.
    pub fn place(&self) -> String {
        match self {
            Self::File(path) => path.canonicalize().unwrap_or_else(|_| path.clone()).display().to_string(),
            Self::Text(_) => "the server's environment".to_owned(),
        }
    }

    /// What tells whether a file was changed since: another time, another length, or another file in its place. The text itself
    /// never changes.
    pub fn mark(&self) -> Option<RingMark> {
        let Self::File(path) = self else { return None };
        let found = fs::metadata(path).ok()?;
        let changed = (found.ctime(), found.ctime_nsec());
        Some(RingMark { changed, file: found.ino(), bytes: found.len() })
    }

    /// Reads the ring as it is now.
    pub fn read(&self) -> Result<RingFile, RingError> {
        match self {
            Self::File(path) => read(path),
            Self::Text(text) => RingFile::parse(text),
        }
    }
}

/// A ring's file at a moment: see [`RingSource::mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingMark {
    changed: (i64, i64),
    file: u64,
    bytes: u64,
}

impl RingFile {
    /// A ring with one active key.
    pub fn with_key(secret: &[u8; 32]) -> Self {
        let mut ring = Self::default();
        ring.keys.push(entry(1, StateName::Active, secret));
        ring
    }

    /// Reads TOML. Errors name the place, never the content: what stands in a wrong place may be a secret.
    pub fn parse(text: &str) -> Result<Self, RingError> {
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            RingError::Invalid(format!(
                "it goes wrong at line {line}; each [[key]] has a kid (up to 255), a state (verify, active or retired) and a \
                 secret (32 bytes in base64url), each of them once"
            ))
        })
    }

    /// The number and state of each key.
    pub fn states(&self) -> impl Iterator<Item = (Kid, &'static str)> + '_ {
        self.keys.iter().map(|key| (Kid(key.kid), KeyState::from(key.state).as_str()))
    }

    /// First phase of a change of keys: a new key that is only recognised. Give it to every node before the second.
    pub fn add(&mut self, secret: &[u8; 32]) -> Result<Kid, RingError> {
        let last = self.keys.iter().map(|key| key.kid).max().unwrap_or(0);
        let kid = last.checked_add(1).ok_or_else(|| RingError::Invalid("all 255 numbers are used".into()))?;
        self.keys.push(entry(kid, StateName::Verify, secret));
        Ok(Kid(kid))
    }

    /// Second phase: new tokens are made under `kid`; the key that was active is recognised from now on.
    pub fn activate(&mut self, kid: Kid) -> Result<(), RingError> {
        let found = self.keys.iter().position(|key| key.kid == kid.0 && key.state == StateName::Verify);
        let found =
            found.ok_or_else(|| RingError::Invalid(format!("key {kid} is not there to be activated")))?;
        for key in self.keys.iter_mut().filter(|key| key.state == StateName::Active) {
            key.state = StateName::Verify;
        }
        self.keys[found].state = StateName::Active;
        Ok(())
    }

    /// Ends every family whose newest token was made under `kid`. The key stays in the ring, so that nobody uses its number.
    pub fn retire(&mut self, kid: Kid) -> Result<(), RingError> {
        let key = self.keys.iter_mut().find(|key| key.kid == kid.0).ok_or(RingError::Missing(kid.0))?;
        if key.state == StateName::Active {
            return Err(RingError::Invalid(format!("key {kid} is active: activate another one first")));
        }
        key.state = StateName::Retired;
        Ok(())
    }

    /// Writes it to `path`, mode 0600, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), RingError> {
        let text =
            toml::to_string(self).map(Zeroizing::new).map_err(|e| RingError::Invalid(e.to_string()))?;
        let io = |error| RingError::Io(path.to_owned(), error);
        let beside = path.with_extension("new");
        // What a writer left behind that was interrupted may have another mode.
        let _ = fs::remove_file(&beside);
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(io)?;
        file.write_all(HEADER.as_bytes()).and_then(|()| file.write_all(text.as_bytes())).map_err(io)?;
        file.sync_all().map_err(io)?;
        fs::rename(&beside, path).map_err(io)?;
        // The name is durable as well: a store that was written with this ring must not outlive it.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".as_ref());
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
    }

    pub(super) fn keys(&self) -> Result<Vec<RingKeyParts>, RingError> {
        self.keys.iter().map(|key| Ok((Kid(key.kid), key.state.into(), decoded(key)?))).collect()
    }
}

const HEADER: &str = "# Tenure's key ring. Whoever holds it and a copy of the database can forge tags; keep it apart from\n\
                      # both the database and its backups, and never lose it: without it every session ends.\n";

fn entry(kid: u8, state: StateName, secret: &[u8; 32]) -> RingEntry {
    RingEntry { kid, state, secret: Base64UrlUnpadded::encode_string(secret) }
}

fn decoded(key: &RingEntry) -> Result<Zeroizing<[u8; 32]>, RingError> {
    let mut secret = Zeroizing::new([0; 32]);
    let length = Base64UrlUnpadded::decode(&key.secret, &mut *secret).map(<[u8]>::len);
    match length {
        Ok(32) => Ok(secret),
        _ => Err(RingError::Invalid(format!("the secret of key {} is not 32 bytes of base64url", key.kid))),
    }
}

fn read(path: &Path) -> Result<RingFile, RingError> {
    let io = |error| RingError::Io(path.to_owned(), error);
    let mode = fs::metadata(path).map_err(io)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(RingError::Readable(path.to_owned(), mode));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(io)?);
    RingFile::parse(&text)
}
