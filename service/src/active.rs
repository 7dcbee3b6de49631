//! How many sessions are live: at once while they are few, else counted beside everything else and stamped.

use tenure_core::time::Timestamp;
use tenure_store::{Filter, Status};

use crate::error::Result;
use crate::limits::{COUNT_AT_MOST, STRETCHES_BESIDE_A_LIST};
use crate::service::Service;

/// A count, and the moment that it holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    /// Live sessions of every app.
    pub sessions: u64,
    /// There are more than that, or may be.
    pub more: bool,
    /// When they were counted.
    pub at: Timestamp,
}

impl Service {
    /// Live sessions of every app, counted up to 10,000 in all.
    pub async fn active_sessions(&self) -> Result<Active> {
        self.count_active(COUNT_AT_MOST, STRETCHES_BESIDE_A_LIST).await
    }

    /// All of them, however many, a stretch at a time on a connection of its own. For whoever can wait, and seldom.
    pub async fn all_active_sessions(&self) -> Result<Active> {
        self.count_active(u64::MAX, u32::MAX).await
    }

    async fn count_active(&self, at_most: u64, stretches: u32) -> Result<Active> {
        let at = self.now()?;
        let (mut sessions, mut more) = (0, false);
        for app in self.apps_of_users() {
            let live = Filter { status: Some(Status::Live), ..Filter::of_app(app) };
            let count = self.count(&live, at, at_most - sessions, stretches).await?;
            (sessions, more) = (sessions + count.sessions, more || count.is_bound);
            if more && sessions >= at_most {
                break;
            }
        }
        Ok(Active { sessions, more, at })
    }
}
