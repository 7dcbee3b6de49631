//! How many sessions are live, for whoever looks at the page that says so: never waited for, and never counted for nobody.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tenure_service::active::Active;
use tenure_service::service::Service;

/// How long a count is good enough.
const GOOD_FOR: Duration = Duration::from_secs(5);
/// How much longer than it took to count: a hundredth of the time at most goes into counting.
const TIMES_WHAT_IT_TOOK: u32 = 100;

/// The last count, and when there may be another.
#[derive(Default)]
pub(super) struct ActiveCount(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    last: Option<Active>,
    /// By the clock that never runs backwards.
    again_at: Option<Duration>,
    counting: bool,
}

impl ActiveCount {
    /// What is known now. Begins to count anew where that is too old: up to 10,000 sessions at once, so that there is a figure,
    /// and beyond that all of them beside everything else.
    pub(super) async fn now(
        self: &Arc<Self>,
        service: &Arc<Service>,
    ) -> tenure_service::error::Result<Active> {
        let (known, due) = self.look(service.monotonic());
        match known {
            Some(known) if !due => Ok(known),
            Some(known) if known.more || known.sessions > tenure_service::limits::COUNT_AT_MOST => {
                self.count_all(service);
                Ok(known)
            }
            _ => {
                let few = service.active_sessions().await?;
                self.keep(few, service.monotonic() + GOOD_FOR);
                if few.more {
                    self.count_all(service);
                }
                Ok(few)
            }
        }
    }

    /// The last whole count, if there is one.
    pub(super) fn last(&self) -> Option<Active> {
        self.counted().last.filter(|active| !active.more)
    }

    fn look(&self, now: Duration) -> (Option<Active>, bool) {
        let counted = self.counted();
        (counted.last, counted.again_at.is_none_or(|at| now >= at))
    }

    fn keep(&self, active: Active, until: Duration) {
        let mut counted = self.counted();
        counted.last = Some(active);
        counted.again_at = Some(until);
    }

    fn count_all(self: &Arc<Self>, service: &Arc<Service>) {
        if std::mem::replace(&mut self.counted().counting, true) {
            return;
        }
        let (this, service) = (Arc::clone(self), Arc::clone(service));
        tokio::spawn(async move {
            let begun = service.monotonic();
            match service.all_active_sessions().await {
                Ok(all) => {
                    let now = service.monotonic();
                    let took = now.saturating_sub(begun);
                    this.keep(all, now + (took * TIMES_WHAT_IT_TOOK).max(GOOD_FOR));
                }
                Err(error) => tracing::warn!(%error, "the live sessions could not be counted"),
            }
            this.counted().counting = false;
        });
    }

    fn counted(&self) -> std::sync::MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
