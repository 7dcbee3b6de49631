//! Families that were seen lately. A view from here may be stale: nothing rests on it but a guarded commit.

use std::sync::Arc;

use quick_cache::sync::Cache;
use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_store::{Store, Unavailable};

/// A bounded cache of families.
pub(crate) struct Views {
    seen: Cache<FamilyId, Arc<Family>>,
}

/// A family as a decision sees it.
pub(crate) struct View {
    pub(crate) family: Option<Arc<Family>>,
    /// Read from the store after the request came in, not from the cache.
    pub(crate) fresh: bool,
}

impl Views {
    pub(crate) fn new(families: usize) -> Self {
        Self { seen: Cache::new(families) }
    }

    /// The family from the cache if it is there, else from the store.
    pub(crate) async fn get(&self, store: &Store, family: FamilyId) -> Result<View, Unavailable> {
        match self.seen.get(&family) {
            Some(family) => Ok(View { family: Some(family), fresh: false }),
            None => self.load(store, family).await,
        }
    }

    /// The family from the store.
    pub(crate) async fn load(&self, store: &Store, family: FamilyId) -> Result<View, Unavailable> {
        let found = store.load(family).await?;
        match &found {
            Some(family) => self.put(family.clone()),
            None => self.forget(family),
        }
        Ok(View { family: found, fresh: true })
    }

    pub(crate) fn put(&self, family: Arc<Family>) {
        self.seen.insert(family.id, family);
    }

    pub(crate) fn forget(&self, family: FamilyId) {
        self.seen.remove(&family);
    }
}
