//! What is put down once a decision about a refresh stands: tallies, and events for those who read them.

use std::sync::atomic::Ordering;

use serde_json::json;
use tenure_core::change::{Change, Scope};
use tenure_core::family::Family;
use tenure_core::refusal::EndReason;
use tenure_core::rotate::{Circumstances, Notice};
use tenure_core::time::{Span, Timestamp};
use tenure_store::Filter;

use crate::events::{self, Type};
use crate::limits::{COUNT_AT_MOST, STRETCHES_TO_DECIDE_BY};
use crate::service::Service;

impl Service {
    pub(super) async fn after_end(&self, seen: &Family, change: &Change, c: &Circumstances<'_>) {
        self.views.forget(seen.id);
        let Change::End { scope, reason, at, .. } = change else { return };
        let tallies = self.tallies_of(&seen.app);
        match scope {
            Scope::Session => tallies.end(*reason, 1),
            Scope::User => tallies.end(*reason, self.ended_with(seen, *reason, *at).await),
        }
        if *reason == EndReason::Reused {
            tallies.reuse_caught.fetch_add(1, Ordering::Relaxed);
        }
        let detail = json!({"reason": reason.as_str(), "every_session_of_the_user": *scope == Scope::User});
        self.note(events::of_session(Type::Ended, c.now, (&seen.app, &seen.user, seen.id), detail)).await;
    }

    /// How many sessions of its user have ended in the commit that ended `seen`, which says how: this one at least.
    async fn ended_with(&self, seen: &Family, reason: EndReason, at: Timestamp) -> u64 {
        let together = Filter {
            reason: Some(reason),
            ended_from: Some(at),
            ended_before: Some(at.plus(Span::from_millis(1))),
            ..Filter::of_user(seen.app.clone(), seen.user.clone())
        };
        match self.count(&together, at, COUNT_AT_MOST, STRETCHES_TO_DECIDE_BY).await {
            Ok(count) => count.sessions.max(1),
            Err(error) => {
                tracing::warn!(%error, "how many sessions of a user ended could not be counted");
                1
            }
        }
    }

    pub(super) async fn tell(&self, notice: Option<Notice>, seen: &Family, c: &Circumstances<'_>) {
        let Some(notice) = notice else { return };
        if notice == Notice::ReuseObserved {
            self.tallies_of(&seen.app).reuse_observed.fetch_add(1, Ordering::Relaxed);
        }
        // These change nothing, and so come back as often as a client likes.
        let repeats = matches!(notice, Notice::ReuseObserved | Notice::OutOfSync);
        if repeats && self.notice_rate.count(&seen.id, self.monotonic()).is_err() {
            return;
        }
        let (whose, detail) = ((&seen.app, &seen.user, seen.id), json!({"seq": seen.head.seq.0}));
        self.note(events::of_session(Type::of(notice), c.now, whose, detail)).await;
    }
}
