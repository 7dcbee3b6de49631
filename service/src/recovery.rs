//! Recovery: for a bounded time, clients that are ahead of the store are adopted instead of turned away.

use std::sync::Arc;

use serde_json::json;
use tenure_core::limits::RECOVERY_AHEAD_TOKENS;
use tenure_core::rotate::Recovery;
use tenure_core::time::{Span, Timestamp};
use tenure_store::{Expected, Kind};

use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::records::{self, RecoveryRecord};
use crate::service::{Recovering, Service};

const KEY: &str = "recovery";
const LONGEST: Span = Span::from_days(30);

impl Service {
    /// Opens recovery for `length`: the store lost commits, and whoever holds a newer token than it knows of goes on from
    /// that. While it is open, the ring's keys and a session's id are enough to take that session over.
    pub async fn open_recovery(&self, length: Span) -> Result<Timestamp> {
        let now = self.now()?;
        if length <= Span::ZERO || length > LONGEST {
            return Err(Error::invalid("seconds", "must be between 1 and 2592000 (30 days)"));
        }
        let record = RecoveryRecord {
            opened_at_ms: now.millis(),
            closes_at_ms: now.plus(length).millis(),
            ahead: RECOVERY_AHEAD_TOKENS,
        };
        let write = records::put(Kind::Installation, KEY.to_owned(), &record, Expected::Any)?;
        self.store.write(&[write]).await?;
        self.read_recovery().await?;
        let closes_at = now.plus(length);
        self.note(events::of_installation(Type::RecoveryOpened, now, json!({"closes_at": closes_at.secs()})))
            .await;
        Ok(closes_at)
    }

    /// Reads whether recovery is open.
    pub(crate) async fn read_recovery(&self) -> Result<()> {
        let Some(record) = self.store.get(Kind::Installation, KEY).await? else { return Ok(()) };
        let open: RecoveryRecord = records::read(Kind::Installation, &record)?;
        let opened_at = Timestamp::from_millis(open.opened_at_ms);
        self.recovery.store(Arc::new(Recovering {
            recovery: Recovery::Open { opened_at, ahead: open.ahead },
            closes_at: Timestamp::from_millis(open.closes_at_ms),
        }));
        Ok(())
    }
}
