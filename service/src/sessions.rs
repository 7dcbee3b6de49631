//! Seeing sessions, and ending them from the outside.

use std::sync::Arc;

use serde_json::{Value, json};
use tenure_core::end::end;
use tenure_core::family::{Family, State};
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::support_code::SupportCode;
use tenure_core::time::Timestamp;
use tenure_store::{Committed, Filter, Page, Status, Subject};
use tenure_wire::session::{Session, SessionFilter, SessionList};

use crate::claims;
use crate::count::Count;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::{
    COUNT_AT_MOST, PAGE_DEFAULT, PAGE_MAX, STRETCHES_BESIDE_A_LIST, STRETCHES_TO_DECIDE_BY, check_reason,
};
use crate::service::Service;
use crate::session_filter::parse_filter;

impl Service {
    /// One session of `app`.
    pub async fn session(&self, app: &AppId, id: &str) -> Result<Session<Value>> {
        let now = self.now()?;
        Ok(shown(&*self.family_of(app, id).await?, now))
    }

    /// Sessions of `app` that match, newest first, with a count up to 10,000. Where hardly any match, a page may hold fewer than
    /// asked for, or none, and yet have a next one: no request looks at more than a bounded number of sessions.
    pub async fn list_sessions(
        &self,
        app: &AppId,
        filter: &SessionFilter,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<SessionList<Value>> {
        let now = self.now()?;
        self.app(app)?;
        let filter = parse_filter(app, filter)?;
        let page = parse_page(cursor, limit)?;
        let total = self.count(&filter, now, COUNT_AT_MOST, STRETCHES_BESIDE_A_LIST).await?;
        let (sessions, next_cursor) = self.page_of(&filter, now, page).await?;
        Ok(SessionList { next_cursor, sessions, total: total.sessions, total_is_bound: total.is_bound })
    }

    /// A stretch of the sessions of `app` that match, newest first, and where the next one begins, if there is one. Counts
    /// nothing.
    pub async fn sessions_page(
        &self,
        app: &AppId,
        filter: &SessionFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Session<Value>>, Option<String>)> {
        self.app(app)?;
        let filter = parse_filter(app, filter)?;
        self.page_of(&filter, self.now()?, parse_page(cursor, Some(limit))?).await
    }

    async fn page_of(
        &self,
        filter: &Filter,
        now: Timestamp,
        page: Page,
    ) -> Result<(Vec<Session<Value>>, Option<String>)> {
        let listed = self.store.list(filter, now, page).await?;
        let sessions = listed.families.iter().map(|row| shown(row, now)).collect();
        Ok((sessions, listed.next.map(|next| next.to_string())))
    }

    /// Ends one session. `Ok` as well when it had ended before.
    pub async fn end_session(&self, app: &AppId, id: &str) -> Result<()> {
        let family = self.family_of(app, id).await?;
        self.end_one(&family, EndReason::Admin).await
    }

    pub(crate) async fn end_one(&self, family: &Arc<Family>, reason: EndReason) -> Result<()> {
        let now = self.now()?;
        let change = end(family.id, reason, &self.app(&family.app)?.policy_at(now), now);
        if let Committed::Ended = self.store.commit(family, &change).await? {
            self.tallies_of(&family.app).end(reason, 1);
            let detail = json!({"reason": reason.as_str()});
            let whose = (&family.app, &family.user, family.id);
            self.note(events::of_session(Type::Ended, now, whose, detail)).await;
        }
        self.views.forget(family.id);
        Ok(())
    }

    /// How many sessions match that an end of many would end: exact, unless not all could be looked at.
    pub async fn count_live(&self, app: &AppId, filter: &SessionFilter) -> Result<Count> {
        let now = self.now()?;
        self.app(app)?;
        let filter = parse_filter(app, filter)?;
        let status = Some(filter.status.unwrap_or(Status::MayReturn));
        if status == Some(Status::Ended) {
            return Ok(Count { sessions: 0, is_bound: false });
        }
        self.count(&Filter { status, ..filter }, now, u64::MAX, STRETCHES_TO_DECIDE_BY).await
    }

    /// Ends the live sessions that match, a stretch at a time, and says how many. `why` is for the operators' log.
    pub async fn end_sessions(&self, app: &AppId, filter: &SessionFilter, why: Option<&str>) -> Result<u64> {
        check_reason(why)?;
        let parsed = parse_filter(app, filter)?;
        let ended = self.end_matching(&*self.app(app)?, parsed, EndReason::Admin, None).await?;
        let detail = json!({"filter": filter, "ended": ended, "why": why});
        self.note(events::of_app(Type::SessionsEnded, self.now()?, app, detail)).await;
        Ok(ended)
    }

    /// Ends every session of a user, and refuses the user's stateless auth tokens from now on. Says how many sessions ended.
    pub async fn end_user(&self, app: &AppId, user: &str) -> Result<u64> {
        let user = UserId::parse(user).map_err(|e| Error::invalid("user_id", e))?;
        let app = self.app(app)?;
        let filter = Filter::of_user(app.id.clone(), user.clone());
        let ended =
            self.end_matching(&app, filter, EndReason::Admin, Some(Subject::User(user.clone()))).await?;
        let event = events::of_user(Type::UserEnded, self.now()?, (&app.id, &user), json!({"ended": ended}));
        self.note(event).await;
        Ok(ended)
    }

    pub(crate) async fn family_of(&self, app: &AppId, id: &str) -> Result<Arc<Family>> {
        self.app(app)?;
        let id = FamilyId::parse(id).ok_or(Error::NotFound("session"))?;
        let found = self.look_up(id, self.now()?).await?;
        found.filter(|family| family.app == *app).ok_or(Error::NotFound("session"))
    }
}

/// Which stretch of a list is asked for.
pub(crate) fn parse_page(cursor: Option<&str>, limit: Option<u32>) -> Result<Page> {
    let after = cursor
        .map(|cursor| FamilyId::parse(cursor).ok_or_else(|| Error::invalid("cursor", "is not one of ours")))
        .transpose()?;
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Error::invalid("limit", format!("must be between 1 and {PAGE_MAX}")));
    }
    Ok(Page { after, limit })
}

/// A family as the management API shows it at `now`.
pub fn shown(family: &Family, now: Timestamp) -> Session<Value> {
    let over = family.over(now);
    let (status, ended_at) = match family.state {
        State::Ended { at, .. } => ("ended", Some(at.secs())),
        State::Live if over.is_some() => ("expired", None),
        State::Live => ("live", None),
    };
    Session {
        session_id: family.id.to_string(),
        support_code: SupportCode::of(family.id).to_string(),
        app_id: family.app.to_string(),
        user_id: family.user.to_string(),
        client_id: family.client.to_string(),
        status: status.to_owned(),
        reason: over.map(|refusal| refusal.as_str().to_owned()),
        created_at: family.created_at.secs(),
        auth_time: family.authenticated_at.secs(),
        active_at: family.life.active_at.secs(),
        refreshed_at: family.head.rotated_at.secs(),
        idle_expires_at: family.life.idle_end().map(Timestamp::secs),
        expires_at: family.life.absolute_end.secs(),
        ended_at,
        session_token_issued_at: family.session_token.map(|kept| i64::from(kept.made_in_second)),
        seq: family.head.seq.0,
        settings_version: family.life.policy_version,
        claims: claims::members(family.claims.as_deref()).unwrap_or_default().into(),
        device: family.device.as_deref().and_then(|text| serde_json::from_str(text).ok()),
    }
}
