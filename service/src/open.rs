//! Opening a session for a user whom the application has authenticated.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tenure_core::digest::Salt;
use tenure_core::family::Family;
use tenure_core::handoff::HandoffCode;
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::open::{Entropy, NewSession, Opening, open, open_for_handoff};
use tenure_core::policy::Policy;
use tenure_core::refusal::EndReason;
use tenure_core::settings::Transport;
use tenure_core::time::Timestamp;
use tenure_store::{Event, Filter, Opened, Page, Status, Unavailable};
use tenure_wire::session::{Device, OpenRequest};
use zeroize::Zeroizing;

use crate::catalogue::App;
use crate::claims::{self, Claims};
use crate::entropy::fresh;
use crate::error::{Error, Problem, Result};
use crate::events::{self, Type};
use crate::issue::Issued;
use crate::limits::{ATTEMPTS, DEVICE_MAX_BYTES, PAGE_MAX};
use crate::service::Service;

/// What was opened.
pub struct OpenedSession {
    /// What the client gets.
    pub issued: Issued,
    /// The session; none in stateless mode.
    pub family: Option<Arc<Family>>,
    /// The one-time code, where one was asked for; then `issued` holds no refresh token.
    pub handoff: Option<HandoffCode>,
    /// What was accepted and may be regretted.
    pub warnings: Vec<String>,
}

impl Service {
    /// Opens a session for a user whom the caller has authenticated. With refresh tokens off: signs one auth token and
    /// stores nothing.
    ///
    /// Refuses what is not acceptable, field by field, and a session beyond the app's limit.
    pub async fn open_session(&self, app: &AppId, request: &OpenRequest<Value>) -> Result<OpenedSession> {
        let mut new = self.checked(&*self.app(app)?, request, self.now()?)?;
        let warnings = claims::warnings(new.claims.as_deref());
        let now = self.beyond_ends(app, &new.user).await?;
        let app = self.app(app)?; // It may have been changed or removed while that was waited for.
        let app = self.prepare_to_sign(app, now).await?;
        if !app.settings.refresh_tokens {
            let claims = new.claims.as_deref();
            let issued = self.issue_stateless(&app, &new.user, new.authenticated_at, claims, now).await?;
            return Ok(OpenedSession { issued, family: None, handoff: None, warnings });
        }
        new.claims = self.placed(&app, new.claims, now).await?;
        let policy = app.policy_at(now);
        for _ in 0..ATTEMPTS {
            let rows = self.rows_that_count(&app, &new.user, &policy, now).await?;
            let entropy = Entropy {
                family: fresh(&*self.entropy)?,
                secret: Zeroizing::new(fresh(&*self.entropy)?),
                salt: Salt::from_bytes(fresh(&*self.entropy)?),
            };
            let ring = self.ring.load_full();
            let (opening, token, handoff) = match request.handoff {
                Some(true) => open_for_handoff(new.clone(), &rows, &policy, ring.rules(), now, &entropy)
                    .map(|(opening, token, code)| (opening, token, Some(code))),
                _ => open(new.clone(), &rows, &policy, ring.rules(), now, &entropy)
                    .map(|(opening, token)| (opening, token, None)),
            }
            .map_err(|_| Error::SessionLimit)?;
            if let Opened::Opened(receipt) = self.store.open(&opening).await? {
                opening.ends.iter().for_each(|id| self.views.forget(*id));
                self.still_there(&app, receipt.family()).await?;
                self.views.put(receipt.family().clone());
                let tallies = self.tallies_of(&app.id);
                tallies.opened.fetch_add(1, Ordering::Relaxed);
                tallies.end(EndReason::Limit, opening.ends.len() as u64);
                self.note_all(&ends_for(&opening, now)).await;
                let mut issued = self.issue(&app, &receipt, &token, now).await?;
                if handoff.is_some() {
                    issued.result.refresh_token = None; // The browser gets its successor, and nobody this one.
                }
                let family = Some(receipt.family().clone());
                return Ok(OpenedSession { issued, family, handoff, warnings });
            }
        }
        Err(Error::Unavailable(Unavailable::new(
            "one user's sessions changed faster than one could be opened",
        )))
    }

    /// Ends a session again whose app was removed while it was being opened.
    async fn still_there(&self, app: &App, family: &Family) -> Result<()> {
        let found = self.app(&app.id);
        if found.as_ref().is_ok_and(|found| found.created_at == app.created_at) {
            return Ok(());
        }
        let only = Filter { session: Some(family.id), ..Filter::of_app(app.id.clone()) };
        self.end_until_done(app, only, EndReason::Admin).await?;
        found.and(Err(Error::NotFound("app")))
    }

    /// The user's rows that have not ended, where the policy counts them.
    async fn rows_that_count(
        &self,
        app: &App,
        user: &UserId,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Vec<Arc<Family>>> {
        let mut rows = Vec::new();
        if policy.max_sessions.is_none() {
            return Ok(rows);
        }
        let filter =
            Filter { status: Some(Status::Unended), ..Filter::of_user(app.id.clone(), user.clone()) };
        let mut page = Page { after: None, limit: PAGE_MAX };
        loop {
            let listed = self.store.list(&filter, now, page).await?;
            rows.extend(listed.families);
            page.after = listed.next;
            if page.after.is_none() {
                return Ok(rows);
            }
        }
    }

    fn checked(&self, app: &App, request: &OpenRequest<Value>, now: Timestamp) -> Result<NewSession> {
        let mut problems = Vec::new();
        let mut found = |path: &str, says: String| problems.push(Problem { path: path.to_owned(), says });
        let user = UserId::parse(&request.user_id).map_err(|e| found("user_id", e.to_string())).ok();
        let authenticated_at = claims::auth_time(request.auth_time, now).map_err(|e| found(e.0, e.1)).ok();
        let claims = Claims {
            amr: request.amr.clone(),
            acr: request.acr.clone(),
            place: None,
            own: request.claims.clone().unwrap_or_default().into_iter().collect(),
        };
        let claims = claims.encode().map_err(|e| found(e.0, e.1)).ok();
        let device = encode_device(request.device.as_ref()).map_err(|e| found("device", e)).ok();
        let to_cookies = app.settings.refresh_tokens && app.settings.transport == Transport::Cookie;
        if request.handoff == Some(true) && !to_cookies {
            found("handoff", "is for apps with refresh_tokens on and transport \"cookie\"".to_owned());
        }
        let (Some(user), Some(authenticated_at), Some(claims), Some(device), true) =
            (user, authenticated_at, claims, device, problems.is_empty())
        else {
            return Err(Error::Invalid(problems));
        };
        Ok(NewSession {
            app: app.id.clone(),
            user,
            client: app.client.clone(),
            authenticated_at,
            confirmation: None,
            device,
            claims,
        })
    }
}

/// The sessions that ended for a new one. That it was opened is told by its row, and by no event: each would cost as much room
/// as half a session.
fn ends_for(opening: &Opening, now: Timestamp) -> Vec<Event> {
    let new = &opening.family;
    let ended = |id: &FamilyId| {
        let detail = json!({"reason": EndReason::Limit.as_str()});
        events::of_session(Type::Ended, now, (&new.app, &new.user, *id), detail)
    };
    opening.ends.iter().map(ended).collect()
}

/// What is kept of a device, if that is not too long.
pub(crate) fn encode_device(device: Option<&Device>) -> Result<Option<Arc<str>>, String> {
    let Some(device) = device.filter(|device| **device != Device::default()) else { return Ok(None) };
    let text = serde_json::to_string(device).map_err(|e| e.to_string())?;
    if text.len() > DEVICE_MAX_BYTES {
        return Err(format!("is {} bytes of JSON; at most {DEVICE_MAX_BYTES} are allowed", text.len()));
    }
    Ok(Some(text.into()))
}
