//! What a store did since it was opened, and how it stands: for metrics and for a diagnosis.

use std::sync::atomic::{AtomicU64, Ordering};

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

/// Counts values as they come, with two additions each.
pub struct SpreadCounter {
    bounds: &'static [u64],
    ranges: Vec<AtomicU64>,
    sum: AtomicU64,
}

impl SpreadCounter {
    /// Has counted nothing yet. `bounds` rise.
    pub fn new(bounds: &'static [u64]) -> Self {
        let ranges = (0..=bounds.len()).map(|_| AtomicU64::default()).collect();
        Self { bounds, ranges, sum: AtomicU64::default() }
    }

    /// One more value.
    pub fn count(&self, value: u64) {
        let range = self.bounds.partition_point(|bound| *bound < value);
        self.ranges[range].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What was counted. The numbers are read one after the other, so that they may differ by what happened meanwhile.
    pub fn spread(&self) -> Spread {
        let counts = self.ranges.iter().map(|range| range.load(Ordering::Relaxed)).collect();
        Spread { bounds: self.bounds, counts, sum: self.sum.load(Ordering::Relaxed) }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_the_range_that_ends_with_them() {
        let counter = SpreadCounter::new(&[1, 2, 4, 512]);
        for value in [1, 2, 2, 3, 512, 513, u64::from(u32::MAX)] {
            counter.count(value);
        }
        let spread = counter.spread();
        assert_eq!(spread.counts, [1, 2, 1, 1, 2]);
        assert_eq!(spread.counts.len(), spread.bounds.len() + 1);
        assert_eq!(spread.sum, 1 + 2 + 2 + 3 + 512 + 513 + u64::from(u32::MAX));
    }
}
