//! The session that somebody names, as it is stored now, before anything final is said about it.

use std::sync::Arc;

use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_core::time::Timestamp;

use crate::error::{Error, Result};
use crate::service::Service;

impl Service {
    /// The session by what the store says, not a cache; `None` if there is none and none comes back. Unavailable where a
    /// restored store lost it, or what it says of its idleness or its key is out of date, for as long as nobody decided what is
    /// to become of that.
    pub(crate) async fn look_up(&self, id: FamilyId, now: Timestamp) -> Result<Option<Arc<Family>>> {
        let found = self.views.load(&self.store, id).await?.family;
        let recovery = self.recovery(now);
        let undecided = match found.as_deref() {
            None => recovery.may_bring_back(id),
            Some(family) => recovery.may_revise(family, self.ring.load().rules(), now),
        };
        if undecided { Err(Error::undecided("session")) } else { Ok(found) }
    }
}
