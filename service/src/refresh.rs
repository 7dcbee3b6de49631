//! One refresh: authenticate, load, decide, commit, sign.

mod afterwards;

use std::sync::atomic::Ordering;

use tenure_core::digest::Salt;
use tenure_core::id::{AppId, Seq};
use tenure_core::policy::Activity;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::rotate::{Circumstances, Decision, Presented, Via, decide};
use tenure_core::token::IdempotencyKey;
use tenure_store::{Committed, Unavailable};
use tracing::Instrument as _;

use crate::catalogue::App;
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::issue::Issued;
use crate::limits::{ATTEMPTS, retry_after};
use crate::service::Service;

/// A presented refresh token, with everything that came with it.
pub struct RefreshRequest<'a> {
    /// The app at whose address it was presented.
    pub app: &'a AppId,
    /// The client that the caller names; the app's own when it names none.
    pub client: Option<&'a str>,
    /// The token's text.
    pub token: &'a str,
    /// The `Idempotency-Key`, if one came with it.
    pub idempotency_key: Option<&'a IdempotencyKey>,
    /// What the client says of its user.
    pub activity: Activity,
    /// The number that the client believes the token to have (`Tenure-Seq`), if it says so.
    pub seq: Option<Seq>,
}

impl Service {
    /// Serves a presented refresh token, or says why not. What is handed out is durable; a refusal rests on what is stored
    /// now; whoever presents one token with one key many times at once gets one and the same successor.
    pub async fn refresh(&self, request: &RefreshRequest<'_>) -> Result<Issued> {
        let now = self.now()?;
        let app = self.app(request.app)?;
        let Some(token) = self.authenticate(request.token).await else {
            self.tallies_of(request.app).refuse(Refusal::Unknown);
            return Err(Error::Session(Refusal::Unknown));
        };
        let rate = self.session_rate.count(&token.family(), self.monotonic());
        rate.map_err(|wait| Error::TooMany { retry_after: retry_after(wait) })?;
        let client = self.client(&app, request.client)?;
        let app = self.prepare_to_sign(app, now).await?;
        let ring = self.ring.load_full();
        let presented = Presented {
            token: &token,
            attempt: request.idempotency_key.and_then(|key| token.attempt(key, ring.rules())),
            app: &app.id,
            client: &client,
            proof: None,
            activity: request.activity,
            via: Via::Holding { seq: request.seq },
        };
        let circumstances = Circumstances {
            policy: &app.policy_at(now),
            ring: ring.rules(),
            recovery: self.recovery(now),
            now,
            salt: Salt::from_bytes(fresh(&*self.entropy)?),
        };
        self.serve(&app, &presented, &circumstances).await
    }

    /// Load, decide, commit; again on what is stored now while somebody else was faster or the view was a stale one.
    pub(crate) async fn serve(
        &self,
        app: &App,
        presented: &Presented<'_>,
        c: &Circumstances<'_>,
    ) -> Result<Issued> {
        let (id, tallies) = (presented.token.family(), self.tallies_of(&app.id));
        let mut view = self.views.get(&self.store, id).await?;
        for _ in 0..ATTEMPTS {
            match (decide(view.family.as_deref(), presented, c), &view.family) {
                (Decision::Serve { .. }, Some(seen)) if self.lacks_place(app, seen) => {
                    self.give_place(app, seen, c.now).await?;
                    view = self.views.load(&self.store, id).await?;
                    continue;
                }
                (Decision::Serve { served, change, token, notice }, Some(seen)) => {
                    let commit = self.store.commit(seen, &change).instrument(tracing::debug_span!("commit"));
                    if let Committed::Live(receipt) = commit.await? {
                        self.views.put(receipt.family().clone());
                        tallies.served[served as usize].fetch_add(1, Ordering::Relaxed);
                        self.tell(notice, seen, c).await;
                        return self.issue(app, &receipt, &token, c.now).await;
                    }
                }
                (Decision::End { change, refusal }, Some(seen)) if view.fresh || !is_by_deadline(refusal) => {
                    if let Committed::Ended = self.store.commit(seen, &change).await? {
                        tallies.refuse(refusal);
                        self.after_end(seen, &change, c).await;
                        return Err(Error::Session(refusal));
                    }
                }
                (Decision::Refuse { refusal, notice }, seen) if view.fresh => {
                    if let Some(seen) = seen {
                        self.tell(notice, seen, c).await;
                    }
                    tallies.refuse(refusal);
                    return Err(Error::Session(refusal));
                }
                _ => {} // A refusal, or an end by a deadline, on a view that may be stale.
            }
            tallies.stale.fetch_add(1, Ordering::Relaxed);
            view = self.views.load(&self.store, id).await?;
        }
        Err(Error::Unavailable(Unavailable::new(
            "one session was changed faster than a decision about it could be made",
        )))
    }
}

/// Whether an end rests on when the user was last active: no guard holds that, since activity does not change the counter.
fn is_by_deadline(refusal: Refusal) -> bool {
    refusal == Refusal::Ended(EndReason::Settings)
}
