//! Families that were seen lately. A view from here may be stale: nothing rests on it but a guarded commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;
use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_store::{Store, Unavailable};

/// A bounded cache of families.
pub(crate) struct Views {
    seen: Cache<FamilyId, Arc<Family>>,
    found: AtomicU64,
    read: AtomicU64,
}

/// A family as a decision sees it.
pub(crate) struct View {
    pub(crate) family: Option<Arc<Family>>,
    /// Read from the store after the request came in, not from the cache.
    pub(crate) fresh: bool,
}

impl Views {
    pub(crate) fn new(families: usize) -> Self {
        Self { seen: Cache::new(families), found: AtomicU64::new(0), read: AtomicU64::new(0) }
    }

    /// The family from the cache if it is there, else from the store.
    pub(crate) async fn get(&self, store: &Store, family: FamilyId) -> Result<View, Unavailable> {
        match self.seen.get(&family) {
            Some(family) => {
                self.found.fetch_add(1, Ordering::Relaxed);
                Ok(View { family: Some(family), fresh: false })
            }
            None => self.load(store, family).await,
        }
    }

    /// The family from the store.
    pub(crate) async fn load(&self, store: &Store, family: FamilyId) -> Result<View, Unavailable> {
        self.read.fetch_add(1, Ordering::Relaxed);
        let found = store.load(family).await?;
        match &found {
            Some(family) => self.put(family.clone()),
            None => self.forget(family),
        }
        Ok(View { family: found, fresh: true })
    }

    /// How often a family was found here, and how often it was read from the store.
    pub(crate) fn found_and_read(&self) -> (u64, u64) {
        (self.found.load(Ordering::Relaxed), self.read.load(Ordering::Relaxed))
    }

    pub(crate) fn put(&self, family: Arc<Family>) {
        self.seen.insert(family.id, family);
    }

    pub(crate) fn forget(&self, family: FamilyId) {
        self.seen.remove(&family);
    }
}
