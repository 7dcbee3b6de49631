//! How many connections are open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A count that whoever holds a clone can read.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<AtomicU64>);

/// One connection, for as long as this lives.
pub(crate) struct Counted(Connections);

impl Connections {
    /// How many are open.
    pub fn open(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one until what this gives back is dropped.
    pub(crate) fn one_more(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
