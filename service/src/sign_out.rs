//! Signing out: whoever holds a token of a session may end it.

use serde_json::json;
use tenure_core::end::sign_out;
use tenure_core::id::AppId;
use tenure_core::refusal::EndReason;
use tenure_store::{Committed, Unavailable};

use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::ATTEMPTS;
use crate::service::Service;

impl Service {
    /// Ends the session that a refresh token or session token belongs to, if it is one of `app` and `client` (the app's own when none is named).
    /// `Ok` whatever the token is, and again when it is repeated; an error only when the end could not be made durable.
    /// Says whether the text was a token of ours at all.
    pub async fn sign_out(&self, app: &AppId, client: Option<&str>, text: &str) -> Result<bool> {
        let now = self.now()?;
        let app = self.app(app)?;
        let Some((session, kid)) = self.session_of(text).await else { return Ok(false) };
        let Ok(client) = self.client(&app, client) else { return Ok(true) };
        let ring = self.ring.load_full();
        for _ in 0..ATTEMPTS {
            let found = self.look_up(session, now).await?;
            let stored = found.as_deref();
            let change =
                sign_out(stored, kid, (&app.id, &client, None), ring.rules(), &app.policy_at(now), now);
            let (Some(change), Some(seen)) = (change, stored) else { return Ok(true) };
            if let Committed::Ended = self.store.commit(seen, &change).await? {
                self.views.forget(seen.id);
                self.tallies_of(&app.id).end(EndReason::User, 1);
                let detail = json!({"reason": EndReason::User.as_str()});
                self.note(events::of_session(Type::Ended, now, (&seen.app, &seen.user, seen.id), detail))
                    .await;
                return Ok(true);
            }
        }
        Err(Error::Unavailable(Unavailable::new("one session changed faster than it could be ended")))
    }
}
