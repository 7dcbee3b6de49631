//! What users do with their own sessions: whoever holds a live auth token sees and ends those of its user.

use std::sync::Arc;

use serde_json::{Value, json};
use tenure_core::family::Family;
use tenure_core::id::{AppId, FamilyId};
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_store::{Filter, Status};
use tenure_wire::session::{OwnSession, OwnSessions};

use crate::catalogue::App;
use crate::error::{Error, NoUser, Result};
use crate::events::{self, Type};
use crate::service::Service;
use crate::sessions::parse_page;

/// Who calls with an auth token: proof that it was checked, and that its session was live when it was.
pub struct User {
    pub(crate) app: Arc<App>,
    /// The session of the token.
    pub(crate) session: Arc<Family>,
}

impl Service {
    /// Who holds the auth token `text` of `app`. The session is read from the store, not from a cache.
    pub async fn user(&self, app: &AppId, text: &str) -> Result<User> {
        let now = self.now()?;
        let app = self.app(app)?;
        let refused = |why| Err(Error::NoUser(why));
        let Some(claims) = self.claims_now(&app, text, now)? else {
            let ours = self.is_auth_token(&app.id, text)?;
            return refused(if ours { NoUser::Over } else { NoUser::Unknown });
        };
        let Some(sid) = claims.get("sid").and_then(Value::as_str) else {
            return refused(NoUser::NoSession);
        };
        let session = match FamilyId::parse(sid) {
            Some(sid) => self.live(&app, sid, now).await?,
            None => None,
        };
        session.map_or(refused(NoUser::Over), |session| Ok(User { app, session }))
    }

    /// The user's live sessions, newest first.
    pub async fn own_sessions(
        &self,
        user: &User,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<OwnSessions> {
        let filter = Filter { status: Some(Status::Live), ..whole(user) };
        let page = parse_page(cursor, limit)?;
        let listed = self.store.list(&filter, self.now()?, page).await?;
        Ok(OwnSessions {
            next_cursor: listed.next.map(|next| next.to_string()),
            sessions: listed.families.iter().map(|row| shown(row, user)).collect(),
        })
    }

    /// Ends one of the user's sessions. `Ok` as well when it had ended before; another's session is not found.
    pub async fn end_own_session(&self, user: &User, id: &str) -> Result<()> {
        let family = self.family_of(&user.app.id, id).await?;
        if family.user != user.session.user {
            return Err(Error::NotFound("session"));
        }
        self.end_one(&family, EndReason::User).await
    }

    /// Ends every session of the user but the token's own, and says how many.
    pub async fn end_other_sessions(&self, user: &User) -> Result<u64> {
        let others = Filter { except: Some(user.session.id), ..whole(user) };
        let ended = self.end_matching(&user.app, others, EndReason::User, None).await?;
        let whose = (&user.app.id, &user.session.user, user.session.id);
        let detail = json!({"ended": ended});
        self.note(events::of_session(Type::OthersEnded, self.now()?, whose, detail)).await;
        Ok(ended)
    }
}

fn whole(user: &User) -> Filter {
    Filter::of_user(user.app.id.clone(), user.session.user.clone())
}

fn shown(row: &Family, user: &User) -> OwnSession {
    OwnSession {
        session_id: row.id.to_string(),
        current: row.id == user.session.id,
        created_at: row.created_at.secs(),
        auth_time: row.authenticated_at.secs(),
        active_at: row.life.active_at.secs(),
        refreshed_at: row.head.rotated_at.secs(),
        idle_expires_at: row.life.idle_end().map(Timestamp::secs),
        expires_at: row.life.absolute_end.secs(),
        device: row.device.as_deref().and_then(|text| serde_json::from_str(text).ok()),
    }
}
