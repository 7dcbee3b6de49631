//! What a store did since it was opened, and how it stands: for metrics and for a diagnosis.

/// Counts and conditions. Nothing here names a session, a user or an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Changes that were turned away because too many were waiting.
    pub turned_away: u64,
    /// Changes that wait for a commit now.
    pub waiting: u64,
    /// How many changes shared a commit.
    pub changes_per_commit: Spread,
    /// How long commits took, in microseconds.
    pub commit_micros: Spread,
    /// The disk below the store, where there is one.
    pub disk: Option<Disk>,
}

/// How values are spread: one number for each range between two bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// The largest value of each range but the last, which has no end.
    pub bounds: &'static [u64],
    /// How many values fell into each range.
    pub counts: Vec<u64>,
    /// All values together.
    pub sum: u64,
}

/// A file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// What the store may still use, in bytes.
    pub free_bytes: u64,
    /// Its size, in bytes.
    pub total_bytes: u64,
    /// It is in memory: gone when the machine restarts.
    pub in_memory: bool,
}
