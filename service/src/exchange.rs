//! Token exchange (RFC 8693): the backend of an app gets an opaque token of its own for a session.

use std::sync::atomic::Ordering;

use tenure_core::exchange::exchange;
use tenure_core::family::Life;
use tenure_core::id::AppId;
use tenure_core::session_token::SessionToken;
use tenure_core::time::Timestamp;
use tenure_store::{Committed, Unavailable};
use zeroize::Zeroizing;

use crate::credentials::{Caller, Role};
use crate::entropy::fresh;
use crate::error::{Error, NoUser, Result};
use crate::limits::{ATTEMPTS, retry_after};
use crate::service::Service;

/// A session token, on its way to the app's backend.
pub struct Exchanged {
    /// The token.
    pub token: SessionToken,
    /// How long its session may live, as far as is known now.
    pub life: Life,
    /// The moment that it was made.
    pub at: Timestamp,
}

impl Service {
    /// Gives the session of the auth token `subject` a session token, in the place of the one that it had. What is handed out is
    /// durable; of many asked for at once, the one that was committed last is good.
    ///
    /// Refuses an auth token that is not good now, one that belongs to no session, and a session that has ended meanwhile.
    pub async fn exchange(&self, caller: &Caller, app: &AppId, subject: &str) -> Result<Exchanged> {
        caller.require(Role::Backend, Some(app))?;
        let user = self.user(app, subject).await?;
        let now = self.now()?;
        let rate = self.session_rate.count(&user.session.id, self.monotonic());
        rate.map_err(|wait| Error::TooMany { retry_after: retry_after(wait) })?;
        let secret = Zeroizing::new(fresh(&*self.entropy)?);
        let (policy, ring) = (&user.app.policy, self.ring.load_full());
        let mut session = user.session;
        for _ in 0..ATTEMPTS {
            let (change, token) =
                exchange(&session, policy, ring.rules(), now, &secret).map_err(Error::Session)?;
            if let Committed::Amended = self.store.commit(&session, &change).await? {
                self.views.forget(session.id);
                self.tallies.exchanged.fetch_add(1, Ordering::Relaxed);
                let (app, session_id, api_key) =
                    (app.as_str(), session.id.to_string(), caller.key.as_deref());
                tracing::info!(target: "tenure::exchange", app, session = session_id, api_key, "a session token was handed out");
                return Ok(Exchanged { token, life: policy.life_at_refresh(&session), at: now });
            }
            let found = self.look_up(session.id, now).await?;
            session = found.ok_or(Error::NoUser(NoUser::Over))?;
        }
        Err(Unavailable::new("one session changed faster than a token for it could be made").into())
    }
}
