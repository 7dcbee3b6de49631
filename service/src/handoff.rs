//! Handing a session over to a browser: a one-time code becomes the session's next refresh token.

use tenure_core::digest::Salt;
use tenure_core::id::AppId;
use tenure_core::policy::Activity;
use tenure_core::refusal::Refusal;
use tenure_core::rotate::{Circumstances, Presented, Via};
use tenure_core::token::{AuthenticToken, IdempotencyKey};

use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::issue::Issued;
use crate::limits::retry_after;
use crate::service::Service;

/// A presented code, with everything that came with it.
pub struct HandoffRequest<'a> {
    /// The app at whose address it was presented.
    pub app: &'a AppId,
    /// The code's text.
    pub code: &'a str,
    /// The `Idempotency-Key`, if one came with it.
    pub idempotency_key: Option<&'a IdempotencyKey>,
    /// The refresh token that the browser holds already, if any: what is handed over takes its place.
    pub replaces: Option<&'a str>,
}

impl Service {
    /// Serves the first refresh of the session that the code stands for, by the rules of any refresh. Once that is durable, the
    /// session that the browser held before ends: its token is about to be overwritten, and nobody could sign it out.
    pub async fn redeem(&self, request: &HandoffRequest<'_>) -> Result<Issued> {
        let now = self.now()?;
        let app = self.app(request.app)?;
        let token = self.authenticate_code(request.code).await.ok_or(Error::Session(Refusal::Unknown))?;
        let rate = self.session_rate.count(&token.family(), self.monotonic());
        rate.map_err(|wait| Error::TooMany { retry_after: retry_after(wait) })?;
        let app = self.prepare_to_sign(app, now).await?;
        let ring = self.ring.load_full();
        let presented = Presented {
            token: &token,
            attempt: request.idempotency_key.and_then(|key| token.attempt(key, ring.rules())),
            app: &app.id,
            client: &app.client,
            proof: None,
            activity: Activity::Unsaid,
            via: Via::Handoff,
        };
        let circumstances = Circumstances {
            policy: &app.policy_at(now),
            ring: ring.rules(),
            recovery: self.recovery(now),
            now,
            salt: Salt::from_bytes(fresh(&*self.entropy)?),
        };
        let issued = self.serve(&app, &presented, &circumstances).await?;
        self.end_replaced(request, &token).await;
        Ok(issued)
    }

    /// The end of what was there before fails nothing: it would be idle before long.
    async fn end_replaced(&self, request: &HandoffRequest<'_>, successor: &AuthenticToken) {
        let Some(text) = request.replaces else { return };
        let held = self.authenticate(text).await;
        if held.is_none_or(|held| held.family() == successor.family()) {
            return;
        }
        if let Err(error) = self.sign_out(request.app, None, text).await {
            tracing::warn!(%error, "a session that was replaced in its browser could not be ended");
        }
    }
}
