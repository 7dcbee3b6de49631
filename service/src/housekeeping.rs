//! Giving space back. No promise depends on it: what is over is over whether or not its row is still there.

use tenure_store::Horizon;

use crate::error::Result;
use crate::limits::{PRUNED_AT_ONCE, WEBHOOK_FEED_KEPT};
use crate::nodes;
use crate::service::Service;

impl Service {
    /// Removes some of what nobody needs any more: sessions that were over long ago (their tokens are then `unknown` instead of
    /// telling why they ended), feed entries that reach no token any more and that no webhook has yet to be told of, old events, signing keys whose last token has
    /// expired, and nodes that are gone. Says how much it removed; nothing means that it is done.
    pub async fn give_space_back(&self) -> Result<u64> {
        let now = self.now()?;
        let kept = self.options.retention;
        let horizon = Horizon {
            families: now.minus(kept.sessions),
            feed: now,
            feed_up_to: self.feed_read_by_webhooks(now.minus(WEBHOOK_FEED_KEPT)).await?,
            events: now.minus(kept.events),
        };
        let pruned = self.store.prune(horizon, PRUNED_AT_ONCE).await?;
        let keys = self.forget_signing_keys().await?;
        Ok(pruned + keys + nodes::forget_old(&self.store, &self.options.node, now).await?)
    }
}
