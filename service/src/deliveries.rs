//! Delivering webhooks: a lane for each that is turned on, in order, at its receiver's pace.
//!
//! What is said stands in the revocation feed, written by the commit that it tells of; a lane reads on from its cursor, which is
//! stored. So nothing is lost when the process goes away, and nothing gathers in memory for a receiver that is slow.

mod attempt;
mod lane;
mod standing;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;

use self::lane::{Lane, Means};
use crate::error::Result;
use crate::service::Service;
use crate::webhook::Courier;

/// How often it is looked for webhooks that were made elsewhere.
const LOOKS_EVERY: Duration = Duration::from_secs(60);
/// How long to wait for a store that does not answer.
const AGAIN: Duration = Duration::from_millis(500);

impl Service {
    /// Delivers what is revoked to the webhooks that are turned on, as [`Service::follow_feed`] learns of it, until `stop` says so; then finishes the messages that are under
    /// way and writes down how far each webhook has come. At least once, and in order for each of them.
    pub async fn deliver_webhooks(
        self: Arc<Self>,
        courier: Arc<dyn Courier>,
        mut stop: watch::Receiver<bool>,
    ) {
        let said = watch::Sender::new(());
        let means = Means { service: self.clone(), courier, said: said.subscribe(), stop: stop.clone() };
        let mut passing_on = JoinSet::new();
        passing_on.spawn(pass_on(self.feed_news(), said));
        let (mut lanes, mut running) = (JoinSet::new(), HashMap::new());
        let mut changed = self.webhook_traffic.changed.subscribe();
        let mut left_behind = true;
        let stopped = |stop: &watch::Receiver<bool>| *stop.borrow() || stop.has_changed().is_err();
        while !stopped(&stop) {
            changed.mark_unchanged();
            let rest = match self.start_lanes(&means, &mut lanes, &mut running, left_behind).await {
                Ok(()) => {
                    left_behind = false;
                    LOOKS_EVERY
                }
                Err(error) => {
                    tracing::warn!(%error, "webhooks could not be read; they are read again");
                    AGAIN
                }
            };
            tokio::select! {
                _ = changed.changed() => {}
                Some(ended) = lanes.join_next() => if let Err(error) = ended {
                    tracing::error!(%error, "the deliveries of a webhook ended; they begin anew");
                    sleep(AGAIN).await;
                },
                () = sleep(rest) => {}
                () = told(&mut stop) => {}
            }
        }
        while lanes.join_next().await.is_some() {}
    }

    /// Starts the lanes that are missing; first settles what removed apps have `left_behind`, if somebody may have.
    async fn start_lanes(
        &self,
        means: &Means,
        lanes: &mut JoinSet<()>,
        running: &mut HashMap<String, AbortHandle>,
        left_behind: bool,
    ) -> Result<()> {
        if left_behind {
            self.webhooks_end_here(None).await?;
        }
        running.retain(|_, lane| !lane.is_finished());
        for stored in self.stored_webhooks(None).await? {
            if stored.record.off.is_none() && !running.contains_key(&stored.key) {
                let lane = lanes.spawn(Lane::run(stored.key.clone(), means.clone()));
                running.insert(stored.key, lane);
            }
        }
        Ok(())
    }
}

/// All lanes together are one reader of the feed: the more there are of those, the less often they are woken.
async fn pass_on(mut news: watch::Receiver<()>, said: watch::Sender<()>) {
    while news.changed().await.is_ok() {
        said.send_replace(());
    }
}

/// Until the process is to stop, or nobody is left who could say so.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
