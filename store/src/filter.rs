//! Which sessions: one filter serves the list, the count and the end.

use tenure_core::family::{Family, State};
use tenure_core::id::{AppId, ClientId, FamilyId, Kid, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;

/// Whether a session can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Neither ended nor past a deadline.
    Live,
    /// Ended, for whatever reason.
    Ended,
    /// Not ended, but past a deadline.
    Expired,
    /// Not ended, whether or not a deadline has passed: what a session limit counts its guard by.
    Unended,
    /// Not ended, and before the absolute end: what an end of many takes. A session that looks idle is among them, for after
    /// a restore its owner may prove that it was not.
    MayReturn,
}

/// Sessions that match everything that is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// Only those of this app.
    pub app: Option<AppId>,
    /// Only this user's.
    pub user: Option<UserId>,
    /// Only this one.
    pub session: Option<FamilyId>,
    /// All but this one.
    pub except: Option<FamilyId>,
    /// Only those in this state.
    pub status: Option<Status>,
    /// Only those that ended for this reason.
    pub reason: Option<EndReason>,
    /// Only those opened at or after this moment.
    pub created_from: Option<Timestamp>,
    /// Only those opened before this moment.
    pub created_before: Option<Timestamp>,
    /// Only those whose user was last active before this moment.
    pub active_before: Option<Timestamp>,
    /// Only those that ended at or after this moment.
    pub ended_from: Option<Timestamp>,
    /// Only those that ended before this moment.
    pub ended_before: Option<Timestamp>,
    /// Only those whose refresh token this client holds.
    pub client: Option<ClientId>,
    /// Only those whose deadlines come from this version of the settings.
    pub settings_version: Option<u32>,
    /// Only those whose newest token was made under this key.
    pub kid: Option<Kid>,
}

impl Filter {
    /// Every session of `app`.
    pub fn of_app(app: AppId) -> Self {
        Self { app: Some(app), ..Self::of_every_app() }
    }

    /// Every session there is.
    pub fn of_every_app() -> Self {
        Self {
            app: None,
            user: None,
            session: None,
            except: None,
            status: None,
            reason: None,
            created_from: None,
            created_before: None,
            active_before: None,
            ended_from: None,
            ended_before: None,
            client: None,
            settings_version: None,
            kid: None,
        }
    }

    /// Every session of `user` in `app`.
    pub fn of_user(app: AppId, user: UserId) -> Self {
        Self { user: Some(user), ..Self::of_app(app) }
    }

    /// Whether `row` matches at `now`. The reference for what every store's query must select.
    pub fn matches(&self, row: &Family, now: Timestamp) -> bool {
        self.app.as_ref().is_none_or(|app| row.app == *app)
            && self.user.as_ref().is_none_or(|user| row.user == *user)
            && self.session.is_none_or(|id| row.id == id)
            && self.except.is_none_or(|id| row.id != id)
            && self.status.is_none_or(|status| status.holds(row, now))
            && self.reason.is_none_or(|r| matches!(row.state, State::Ended { reason, .. } if reason == r))
            && self.created_from.is_none_or(|from| row.created_at >= from)
            && self.created_before.is_none_or(|before| row.created_at < before)
            && self.active_before.is_none_or(|before| row.life.active_at < before)
            && self.kid.is_none_or(|kid| row.head.kid == kid)
            && self.ended_from.is_none_or(|from| ended_at(row).is_some_and(|at| at >= from))
            && self.ended_before.is_none_or(|before| ended_at(row).is_some_and(|at| at < before))
            && self.client.as_ref().is_none_or(|client| row.client == *client)
            && self.settings_version.is_none_or(|version| row.life.policy_version == version)
    }
}

fn ended_at(row: &Family) -> Option<Timestamp> {
    match row.state {
        State::Live => None,
        State::Ended { at, .. } => Some(at),
    }
}

impl Status {
    fn holds(self, row: &Family, now: Timestamp) -> bool {
        let ended = row.state != State::Live;
        let expired = row.life.expired(now).is_some();
        match self {
            Self::Live => !ended && !expired,
            Self::Ended => ended,
            Self::Expired => !ended && expired,
            Self::Unended => !ended,
            Self::MayReturn => row.may_return(now),
        }
    }
}
