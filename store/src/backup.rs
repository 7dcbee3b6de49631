//! The contract for backups: one consistent copy of everything that is stored, in one file.

use std::fmt;
use std::path::Path;

use async_trait::async_trait;
use tenure_core::time::Timestamp;

use crate::Unavailable;

/// What a backup says of itself. Holds no secret: of the key ring it names the numbers of the keys, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// When it was made.
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub program: String,
    /// The step of the schema that its content has.
    pub schema: u32,
    /// Which store it was made of.
    pub incarnation: u64,
    /// The latest time that a change in it carries, to a second.
    pub high_water: Timestamp,
    /// The number of the last feed entry in it: ends with later ones are not in it.
    pub feed_head: u64,
    /// Sessions, over or not.
    pub families: u64,
    /// Records of every kind.
    pub records: u64,
    /// The keys of the ring that its content was written with.
    pub kids: Vec<u8>,
    /// The length of its content, in bytes.
    pub content_bytes: u64,
    /// SHA-256 of its content. Finds damage, not malice.
    pub sha256: [u8; 32],
}

/// Why no backup was made. Nothing is left behind then, and the store is as it was.
#[derive(Debug)]
pub enum NotMade {
    /// The file cannot be written there: it exists, its folder does not, its disk is full. For the operator, with the path.
    Place(String),
    /// The store could not be read.
    Unavailable(Unavailable),
    /// This kind of store has tools of its own for that.
    Unsupported,
}

impl fmt::Display for NotMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(says) => f.write_str(says),
            Self::Unavailable(unavailable) => unavailable.fmt(f),
            Self::Unsupported => f.write_str("this kind of store is backed up with its own tools"),
        }
    }
}

impl std::error::Error for NotMade {}

/// Backups, for stores that make their own.
#[async_trait]
pub trait Backups: Send + Sync + 'static {
    /// Writes all that is committed when it begins, and nothing of what comes later, into a new file at `to`, whole or not
    /// at all. Never overwrites a file. Readers and writers go on meanwhile, however long it takes; when the process ends
    /// before it does, there is no file with this name.
    async fn back_up(&self, to: &Path, at: Timestamp) -> Result<Manifest, NotMade>;
}
