//! Putting what is durable into force: what is in memory follows the store before a change is answered.
//!
//! Called with the turn of [`Service::changing`] held, by work that is not given up when its caller goes away. While the
//! store does not answer it is asked again: a change that is durable must not stay out of force.

use std::time::Duration;

use tenure_core::id::AppId;
use tenure_core::refusal::EndReason;
use tenure_store::{Filter, Unavailable};
use tokio::sync::MutexGuard;

use crate::catalogue::App;
use crate::error::{Error, Result};
use crate::service::Service;

/// How long a change waits for the one before it.
const TURN: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_millis(200);

impl Service {
    /// The turn to change apps, settings or keys. Refuses as unavailable when another change takes long: changes must not queue
    /// up and be carried out when nobody waits for them any more.
    pub(crate) async fn turn(&self) -> Result<MutexGuard<'_, ()>> {
        let turn = tokio::time::timeout(TURN, self.changing.lock()).await;
        turn.map_err(|_| Unavailable::new("another change of apps, settings or keys is under way").into())
    }

    /// Ends the live sessions that match, until all of them have ended: part of a change that is durable already.
    pub(crate) async fn end_until_done(&self, app: &App, filter: Filter, reason: EndReason) -> Result<()> {
        loop {
            match self.end_matching(app, filter.clone(), reason, None).await {
                Ok(_) => return Ok(()),
                Err(Error::Unavailable(error)) => {
                    tracing::error!(%error, "sessions have to end and could not yet; the store is asked again");
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads an app anew.
    pub(crate) async fn put_app_in_force(&self, id: &AppId) {
        until_done(|| self.read_app(id)).await;
    }

    /// Reads an app anew, unless the store does not answer.
    pub(crate) async fn read_app(&self, id: &AppId) -> Result<()> {
        let ring = self.ring.load_full();
        self.catalogue.reload(&self.store, &ring, &self.options.public_url, id).await
    }

    /// Reads every API key anew.
    pub(crate) async fn put_api_keys_in_force(&self) {
        until_done(|| self.credentials.load_all(&self.store)).await;
    }
}

async fn until_done<F: Future<Output = Result<()>>>(mut read: impl FnMut() -> F) {
    loop {
        match read().await {
            Ok(()) => return,
            Err(Error::Unavailable(error)) => {
                tracing::error!(%error, "a change is durable and not in force yet; the store is asked again");
                tokio::time::sleep(AGAIN).await;
            }
            // A record that cannot be read will not get better; what was in force stays.
            Err(error) => return tracing::error!(%error, "a change is durable and cannot be put into force"),
        }
    }
}
