//! Giving space back. No promise depends on it: what is over is over whether or not its row is still there.

use tenure_store::Horizon;

use crate::error::Result;
use crate::limits::PRUNED_AT_ONCE;
use crate::service::Service;

impl Service {
    /// Removes some of what nobody needs any more: sessions that were over long ago (their tokens are then `unknown` instead of
    /// telling why they ended), feed entries that reach no token any more, and old events. Says how much it removed; nothing
    /// means that it is done.
    pub async fn give_space_back(&self) -> Result<u64> {
        let now = self.now()?;
        let kept = self.options.retention;
        let horizon =
            Horizon { families: now.minus(kept.sessions), feed: now, events: now.minus(kept.events) };
        Ok(self.store.prune(horizon, PRUNED_AT_ONCE).await?)
    }
}
