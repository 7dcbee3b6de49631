//! How many sessions are live: at once while they are few, else counted beside everything else and stamped.

use tenure_core::time::Timestamp;
use tenure_store::{Filter, Status};

use crate::error::Result;
use crate::limits::COUNT_AT_MOST;
use crate::service::Service;

/// A count, and the moment that it holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    /// Live sessions of every app.
    pub sessions: u64,
    /// There are more than that.
    pub more: bool,
    /// When they were counted.
    pub at: Timestamp,
}

impl Service {
    /// Live sessions of every app, counted up to 10,000 in all.
    pub async fn active_sessions(&self) -> Result<Active> {
        self.count_active(COUNT_AT_MOST).await
    }

    /// All of them, however many: reads each row once, on a connection of its own. For whoever can wait, and seldom.
    pub async fn all_active_sessions(&self) -> Result<Active> {
        self.count_active(u64::from(u32::MAX)).await
    }

    async fn count_active(&self, at_most: u64) -> Result<Active> {
        let at = self.now()?;
        let mut sessions = 0;
        for app in self.apps_of_users() {
            let live = Filter { status: Some(Status::Live), ..Filter::of_app(app) };
            sessions += self.store.count(&live, at, at_most + 1 - sessions).await?;
            if sessions > at_most {
                return Ok(Active { sessions: at_most, more: true, at });
            }
        }
        Ok(Active { sessions, more: false, at })
    }
}
