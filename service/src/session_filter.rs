//! Which sessions an operator means: a filter, understood.

use tenure_core::id::{AppId, ClientId, FamilyId, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_store::{Filter, Status};
use tenure_wire::session::SessionFilter;

use crate::error::{Error, Problem, Result};

/// What `given` means for `app`. Refuses, field by field, what can match nothing.
pub(crate) fn parse_filter(app: &AppId, given: &SessionFilter) -> Result<Filter> {
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
