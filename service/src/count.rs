//! Counts of sessions: exact as far as they go, and never of more rows than a request may look at.

use tenure_core::time::Timestamp;
use tenure_store::{Filter, Page};

use crate::error::Result;
use crate::service::Service;

/// How many sessions match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// So many do.
    pub sessions: u64,
    /// There are more, or may be: not all were looked at.
    pub is_bound: bool,
}

impl Service {
    /// How many sessions match at `now`, counted up to `at_most`. Looks at so many stretches at most, each of which is a read of its
    /// own.
    pub(crate) async fn count(
        &self,
        filter: &Filter,
        now: Timestamp,
        at_most: u64,
        stretches: u32,
    ) -> Result<Count> {
        let (mut sessions, mut after) = (0, None);
        for _ in 0..stretches {
            let left = at_most.saturating_add(1) - sessions;
            let page = Page { after, limit: u32::try_from(left).unwrap_or(u32::MAX) };
            let stretch = self.store.count(filter, now, page).await?;
            (sessions, after) = (sessions + u64::from(stretch.sessions), stretch.next);
            if sessions > at_most || after.is_none() {
                break;
            }
        }
        Ok(Count { sessions: sessions.min(at_most), is_bound: after.is_some() })
    }
}
