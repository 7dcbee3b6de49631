//! Ending many sessions a stretch at a time: for whoever waits for the last, and for whoever stops in between and goes on later.

use tenure_core::id::{AppId, FamilyId};
use tenure_core::limits::VERIFIER_SKEW;
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_store::{Announcement, EndWhere, Filter, Subject};
use tenure_wire::session::SessionFilter;

use crate::catalogue::App;
use crate::error::Result;
use crate::limits::{ENDS_OPENED_WITHIN, ENDS_PER_COMMIT, ENDS_REST, ENDS_REST_MOST};
use crate::service::Service;
use crate::session_filter::parse_filter;

/// What is left to end of what was asked for.
pub struct Ending(EndWhere);

impl Ending {
    /// Where it goes on; nowhere when nothing is left, and before the first step.
    pub fn after(&self) -> Option<FamilyId> {
        self.0.after
    }
}

impl Service {
    /// Ends the live sessions that match, and says how many. What `subject` says is announced with the first stretch.
    pub(crate) async fn end_matching(
        &self,
        app: &App,
        filter: Filter,
        reason: EndReason,
        subject: Option<Subject>,
    ) -> Result<u64> {
        let mut ending = self.ending_of(app, filter, reason, self.now()?)?;
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

    /// What is to end, for those who end it step by step: of the sessions that were opened before it `begun`, and from `after` on,
    /// if some of it was done before.
    pub fn ending(
        &self,
        app: &AppId,
        filter: &SessionFilter,
        reason: EndReason,
        begun: Timestamp,
        after: Option<FamilyId>,
    ) -> Result<Ending> {
        let mut ending = self.ending_of(&*self.app(app)?, parse_filter(app, filter)?, reason, begun)?;
        ending.0.after = after;
        Ok(ending)
    }

    fn ending_of(&self, app: &App, filter: Filter, reason: EndReason, begun: Timestamp) -> Result<Ending> {
        let at = self.now()?;
        let soon = begun.plus(ENDS_OPENED_WITHIN);
        let opened_before = filter.created_before.map_or(soon, |before| before.min(soon));
        Ok(Ending(EndWhere {
            filter: Filter { created_before: Some(opened_before), ..filter },
            after: None,
            reason,
            at,
            remember_until: at.plus(app.policy_at(at).longest_ttl).plus(VERIFIER_SKEW),
            announce: None,
            max: ENDS_PER_COMMIT,
        }))
    }

    /// Ends the next stretch and says how many, which is none where hardly any match. Then leaves the store to others for most of
    /// the time, unless it was the last.
    pub async fn end_some(&self, ending: &mut Ending) -> Result<u64> {
        let (begun, end) = (self.monotonic(), &mut ending.0);
        // Each step has its own moment: the feed must remember an end for as long as there are tokens from just before it.
        let at = self.now()?;
        (end.at, end.remember_until) = (at, end.remember_until.plus(at.since(end.at)));
        let done = self.store.end_where(end).await?;
        done.families.iter().for_each(|id| self.views.forget(*id));
        let ended = done.families.len() as u64;
        let tallies = end.filter.app.as_ref().map_or(&self.tallies, |app| self.tallies_of(app));
        tallies.end(end.reason, ended);
        end.after = done.next;
        if end.announce.take().is_some() {
            self.read_feed().await?;
        }
        if end.after.is_some() {
            let took = self.monotonic().saturating_sub(begun);
            self.clock.wait((took * ENDS_REST).min(ENDS_REST_MOST)).await;
        }
        Ok(ended)
    }
}
