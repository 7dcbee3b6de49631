//! Seeing sessions, and ending them from the outside.

use std::sync::Arc;

use serde_json::{Value, json};
use tenure_core::end::end;
use tenure_core::family::{Family, State};
use tenure_core::id::{AppId, ClientId, FamilyId, UserId};
use tenure_core::limits::VERIFIER_SKEW;
use tenure_core::refusal::EndReason;
use tenure_core::support_code::SupportCode;
use tenure_core::time::Timestamp;
use tenure_store::{Announcement, Committed, EndWhere, Filter, Page, Status, Subject};
use tenure_wire::session::{Session, SessionFilter, SessionList};

use crate::catalogue::App;
use crate::error::{Error, Problem, Result};
use crate::events::{self, Type};
use crate::limits::{
    COUNT_AT_MOST, ENDS_PER_COMMIT, ENDS_REST, ENDS_REST_MOST, PAGE_DEFAULT, PAGE_MAX, check_reason,
};
use crate::service::Service;

impl Service {
    /// One session of `app`.
    pub async fn session(&self, app: &AppId, id: &str) -> Result<Session<Value>> {
        let now = self.now()?;
        Ok(shown(&*self.family_of(app, id).await?, now))
    }

    /// Sessions of `app` that match, newest first, with a count up to 10,000.
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
        let Page { after, limit } = parse_page(cursor, limit)?;
        let total = self.store.count(&filter, now, COUNT_AT_MOST + 1).await?;
        let mut rows = self.store.list(&filter, now, Page { after, limit: limit + 1 }).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        Ok(SessionList {
            next_cursor: rows.last().filter(|_| more).map(|row| row.id.to_string()),
            sessions: rows.iter().map(|row| shown(row, now)).collect(),
            total: total.min(COUNT_AT_MOST),
            total_is_bound: total > COUNT_AT_MOST,
        })
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
            self.tallies.end(reason, 1);
            let detail = json!({"reason": reason.as_str()});
            let whose = (&family.app, &family.user, family.id);
            self.note(events::of_session(Type::Ended, now, whose, detail)).await;
        }
        self.views.forget(family.id);
        Ok(())
    }

    /// How many sessions match that an end of many would end.
    pub async fn count_live(&self, app: &AppId, filter: &SessionFilter) -> Result<u64> {
        let now = self.now()?;
        self.app(app)?;
        let filter = parse_filter(app, filter)?;
        let status = Some(filter.status.unwrap_or(Status::MayReturn));
        if status == Some(Status::Ended) {
            return Ok(0);
        }
        Ok(self.store.count(&Filter { status, ..filter }, now, u64::from(u32::MAX)).await?)
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

    pub(crate) async fn end_matching(
        &self,
        app: &App,
        filter: Filter,
        reason: EndReason,
        subject: Option<Subject>,
    ) -> Result<u64> {
        let mut ending = self.ending_of(app, filter, reason, None)?;
        let EndWhere { at, remember_until, .. } = ending.0;
        ending.0.announce = subject.map(|subject| Announcement {
            app: app.id.clone(),
            subject,
            at,
            forget_after: remember_until,
        });
        let mut ended = self.end_some(&mut ending).await?;
        while ending.after().is_some() {
            ended += self.end_some(&mut ending).await?;
        }
        Ok(ended)
    }

    /// What is to end, for those who end it step by step: from `after` on, if some of it was done before.
    pub(crate) fn ending(
        &self,
        app: &AppId,
        filter: &SessionFilter,
        reason: EndReason,
        after: Option<FamilyId>,
    ) -> Result<Ending> {
        self.ending_of(&*self.app(app)?, parse_filter(app, filter)?, reason, after)
    }

    fn ending_of(
        &self,
        app: &App,
        filter: Filter,
        reason: EndReason,
        after: Option<FamilyId>,
    ) -> Result<Ending> {
        let at = self.now()?;
        let remember_until = at.plus(app.policy_at(at).longest_ttl).plus(VERIFIER_SKEW);
        let max = ENDS_PER_COMMIT;
        Ok(Ending(EndWhere { filter, after, reason, at, remember_until, announce: None, max }))
    }

    /// Ends the next stretch and says how many; then leaves the store to others for most of the time, unless it was the last.
    pub(crate) async fn end_some(&self, ending: &mut Ending) -> Result<u64> {
        let (begun, end) = (self.monotonic(), &mut ending.0);
        let done = self.store.end_where(end).await?;
        done.families.iter().for_each(|id| self.views.forget(*id));
        self.tallies.end(end.reason, done.families.len());
        end.after = done.next;
        if end.announce.take().is_some() {
            self.revocations.catch_up(&self.store, end.at).await?;
        }
        if end.after.is_some() {
            let took = self.monotonic().saturating_sub(begun);
            self.clock.wait((took * ENDS_REST).min(ENDS_REST_MOST)).await;
        }
        Ok(done.families.len() as u64)
    }

    pub(crate) async fn family_of(&self, app: &AppId, id: &str) -> Result<Arc<Family>> {
        self.app(app)?;
        let id = FamilyId::parse(id).ok_or(Error::NotFound("session"))?;
        let found = self.look_up(id, self.now()?).await?;
        found.filter(|family| family.app == *app).ok_or(Error::NotFound("session"))
    }
}

/// What is left to end of what was asked for.
pub(crate) struct Ending(EndWhere);

impl Ending {
    /// Where it goes on; nowhere when nothing is left, and before the first step.
    pub(crate) fn after(&self) -> Option<FamilyId> {
        self.0.after
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

fn parse_filter(app: &AppId, given: &SessionFilter) -> Result<Filter> {
    let mut filter = Filter::of_app(app.clone());
    let mut problems = Vec::new();
    let mut bad = |path: &str, says: &str| problems.push(Problem { path: path.into(), says: says.into() });
    if let Some(user) = &given.user_id {
        filter.user = UserId::parse(user).map_err(|_| bad("user_id", "is no user id")).ok();
    }
    if let Some(id) = &given.session_id {
        filter.session = FamilyId::parse(id).or_else(|| {
            bad("session_id", "is no session id");
            None
        });
    }
    if let Some(id) = &given.except {
        filter.except = FamilyId::parse(id).or_else(|| {
            bad("except", "is no session id");
            None
        });
    }
    if let Some(status) = &given.status {
        filter.status = match status.as_str() {
            "live" => Some(Status::Live),
            "ended" => Some(Status::Ended),
            "expired" => Some(Status::Expired),
            _ => {
                bad("status", "must be live, ended or expired");
                None
            }
        };
    }
    if let Some(reason) = &given.reason {
        filter.reason = EndReason::parse(reason).or_else(|| {
            bad("reason", "is no reason of an end");
            None
        });
    }
    if let Some(client) = &given.client_id {
        filter.client = ClientId::parse(client).map_err(|_| bad("client_id", "is no client id")).ok();
    }
    filter.settings_version = given.settings_version;
    filter.active_before = given.active_before.map(Timestamp::from_secs);
    filter.ended_from = given.ended_from.map(Timestamp::from_secs);
    filter.ended_before = given.ended_before.map(Timestamp::from_secs);
    filter.created_from = given.created_from.map(Timestamp::from_secs);
    filter.created_before = given.created_before.map(Timestamp::from_secs);
    if problems.is_empty() { Ok(filter) } else { Err(Error::Invalid(problems)) }
}

/// A family as the management API shows it at `now`.
pub fn shown(family: &Family, now: Timestamp) -> Session<Value> {
    let over = family.over(now);
    let (status, ended_at) = match family.state {
        State::Ended { at, .. } => ("ended", Some(at.secs())),
        State::Live if over.is_some() => ("expired", None),
        State::Live => ("live", None),
    };
    let json = |text: &Option<Arc<str>>| text.as_deref().and_then(|text| serde_json::from_str(text).ok());
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
        seq: family.head.seq.0,
        settings_version: family.life.policy_version,
        claims: json(&family.claims).unwrap_or_else(|| json!({})),
        device: family.device.as_deref().and_then(|text| serde_json::from_str(text).ok()),
    }
}
