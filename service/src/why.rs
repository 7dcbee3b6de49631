//! Why was I signed out? From a support code, or a user and a time, to the reason in plain words and what would change it.

use serde_json::Value;
use tenure_core::family::{Family, State};
use tenure_core::id::{AppId, UserId};
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::support_code::SupportCode;
use tenure_core::time::Timestamp;
use tenure_store::{Filter, Page};
use tenure_wire::session::Session;

use crate::error::{Error, Result};
use crate::service::Service;
use crate::sessions::shown;

/// Sessions of an app that one code is taken to name, at most.
const ALIKE: u32 = 4;
/// Of a user's sessions, so many are explained.
const SHOWN: usize = 20;
/// Sessions of a user that are looked at for the question why one of them was over at some moment.
const OF_ONE_USER: u32 = 100;

/// A session, and why it is over.
pub struct Explained {
    /// The session.
    pub session: Session<Value>,
    /// What happened, in a sentence.
    pub happened: &'static str,
    /// What to do, or to change.
    pub advice: &'static str,
}

impl Service {
    /// The sessions that a support code names, explained: one, or none if none is kept; several where two of one second are alike
    /// in it. Costs two look-ups for each app.
    pub async fn explain(&self, code: SupportCode) -> Result<Vec<Explained>> {
        let now = self.now()?;
        let last = code.last_id();
        let mut found: Vec<_> =
            self.store.load(last).await?.filter(|family| !family.app.is_console()).into_iter().collect();
        for app in self.apps_of_users() {
            let of_app = Filter::of_app(app);
            let page = Page { after: Some(last), limit: ALIKE };
            found.extend(self.store.list(&of_app, now, page).await?.families);
        }
        found.retain(|family| code.names(family.id));
        Ok(found.iter().map(|family| explained(family, now)).collect())
    }

    /// One session of `app`, explained.
    pub async fn explain_session(&self, app: &AppId, id: &str) -> Result<Explained> {
        let now = self.now()?;
        Ok(explained(&*self.family_of(app, id).await?, now))
    }

    /// The sessions of a user, explained: the newest first, or with `around` those first that were over nearest to that moment, of
    /// those that were opened before it.
    pub async fn explain_user(
        &self,
        app: &AppId,
        user: &str,
        around: Option<Timestamp>,
    ) -> Result<Vec<Explained>> {
        let now = self.now()?;
        self.app(app)?;
        let user = UserId::parse(user).map_err(|e| Error::invalid("user_id", e))?;
        let filter = Filter { created_before: around, ..Filter::of_user(app.clone(), user) };
        let found = self.store.list(&filter, now, Page { after: None, limit: OF_ONE_USER }).await?;
        let mut found: Vec<_> = found.families.iter().map(|family| explained(family, now)).collect();
        if let Some(around) = around {
            found.sort_by_key(|explained| over_at(&explained.session).abs_diff(around.secs()));
        }
        found.truncate(SHOWN);
        Ok(found)
    }

    /// The ids of the apps that people made, which is all but the console's own.
    pub(crate) fn apps_of_users(&self) -> impl Iterator<Item = AppId> {
        let all = self.catalogue.all();
        let ids: Vec<_> = all.iter().map(|app| app.id.clone()).filter(|id| !id.is_console()).collect();
        ids.into_iter()
    }
}

/// A session, and why it is over at `now`, if it is.
pub fn explained(family: &Family, now: Timestamp) -> Explained {
    let (happened, advice) = match (family.over(now), family.state) {
        (None, _) => (
            "This session is live: nobody ended it, and none of its deadlines has passed.",
            "If its user was asked to sign in all the same, their client lost its tokens, or does not refresh.",
        ),
        (Some(Refusal::ExpiredIdle), _) => (
            "Nobody was active for as long as the app's idle time-out allows, so the session expired.",
            "A longer idle_timeout keeps people signed in over longer breaks. Clients that send Tenure-Activity count what their user does.",
        ),
        (Some(Refusal::ExpiredAbsolute), _) => (
            "The session reached its absolute lifetime: after that everybody signs in again, whatever they do.",
            "A longer absolute_lifetime makes that rarer.",
        ),
        (_, State::Ended { reason, .. }) => of_reason(reason),
        (Some(_), State::Live) => of_reason(EndReason::KeyRetired),
    };
    Explained { session: shown(family, now), happened, advice }
}

/// Unix seconds: when a session was ended, or else when it ends if nothing happens any more.
pub fn over_at<C>(session: &Session<C>) -> i64 {
    let deadline = session.idle_expires_at.map_or(session.expires_at, |idle| idle.min(session.expires_at));
    session.ended_at.unwrap_or(deadline)
}

fn of_reason(reason: EndReason) -> (&'static str, &'static str) {
    match reason {
        EndReason::User => (
            "The user signed out, here or from another of their devices.",
            "Nothing has to change. The events say which session asked for it, where it was another one.",
        ),
        EndReason::Admin => (
            "An operator or the application's backend ended the session.",
            "The audit log and the events say who, and why.",
        ),
        EndReason::Limit => (
            "The user signed in once more than the app allows at a time, and this was their oldest session.",
            "A higher max_sessions lets more of a user's devices stay signed in.",
        ),
        EndReason::Settings => (
            "A change of the app's settings made the session shorter than it had lived already.",
            "The history of the settings says which change, by whom, and why. It can be undone for those who sign in from now on.",
        ),
        EndReason::UserDisabled => {
            ("The user was disabled.", "They can sign in again once they are enabled.")
        }
        EndReason::KeyRetired => (
            "The key of the ring that the session's newest token was made under was retired.",
            "Retire a key only when hardly any session depends on it: tenure ring list counts them.",
        ),
        EndReason::Reused => (
            "A refresh token that had been replaced came back. Either somebody stole it, or the client used one token twice.",
            "If it keeps happening to one app, look at its client: it must store the new token before it uses it, send an \
             Idempotency-Key, and let one tab refresh at a time. Where it cannot, set retry_leeway.",
        ),
    }
}
