//! The audit log: what admins did, and why, in their order. Lines are added, and nothing here changes or removes one.

use std::fmt;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_store::{Event, Expected, Kind, Record, Write, Written};

use crate::admin_caller::AdminCaller;
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::limits::{AUDIT_LINE_BYTES, PAGE_MAX, check_reason};
use crate::records;
use crate::service::Service;

/// Numbers in each millisecond, so that lines of one keep their order.
const PER_MILLI: i64 = 1000;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The admin of this name.
    Admin(String),
    /// Whoever can open the process's own socket, or starts it.
    Machine,
    /// Nobody asked for it: a rule did it.
    Tenure,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Admin(name) => name,
            Self::Machine => "the machine's owner",
            Self::Tenure => "Tenure",
        })
    }
}

/// What somebody is about to do.
#[derive(Clone, Debug)]
pub struct Act {
    /// What kind of act, as a word: `session_ended`.
    pub action: &'static str,
    /// In which app; `None` is the installation.
    pub app: Option<AppId>,
    /// To what: a session, a user, a key, an admin.
    pub target: String,
    /// Why, in the admin's words.
    pub reason: Option<String>,
    /// More of it. Never a secret.
    pub detail: Value,
}

impl Act {
    /// An act on the installation that needs no more words.
    pub fn on(action: &'static str, target: &str) -> Self {
        Self { action, app: None, target: target.to_owned(), reason: None, detail: Value::Null }
    }
}

/// A line of the log, as it is stored.
#[derive(Serialize, Deserialize)]
struct AuditRecord {
    at_ms: i64,
    by: By,
    action: String,
    app: Option<String>,
    target: String,
    reason: Option<String>,
    detail: Value,
}

/// A line of the log.
#[derive(Clone, Debug)]
pub struct AuditLine {
    /// Its place: later lines have smaller ones.
    pub id: String,
    /// When it was written, which was before the act.
    pub at: Timestamp,
    /// Who did it.
    pub by: By,
    /// What kind of act.
    pub action: String,
    /// In which app.
    pub app: Option<String>,
    /// To what.
    pub target: String,
    /// Why.
    pub reason: Option<String>,
    /// More of it.
    pub detail: Value,
}

/// A stretch of the log, newest line first.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// The lines.
    pub lines: Vec<AuditLine>,
    /// What to ask for next, if there are older ones.
    pub next_after: Option<String>,
}

impl Service {
    /// Puts down what `by` is about to do. Called before the act: where it cannot be put down, the act is not done.
    pub async fn audit(&self, by: &AdminCaller, act: Act) -> Result<()> {
        self.put_down(By::Admin(by.name.clone()), act).await
    }

    /// The same for whoever can open the process's own socket.
    pub async fn audit_of_machine(&self, act: Act) -> Result<()> {
        self.put_down(By::Machine, act).await
    }

    /// Lines older than the one with the id `after`, or the newest ones, newest first, at most `limit`.
    pub async fn audit_log(&self, after: Option<&str>, limit: u32) -> Result<AuditPage> {
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::invalid("limit", format!("must be between 1 and {PAGE_MAX}")));
        }
        let mut found = self.store.records(Kind::Audit, "", after, limit + 1).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next_after = found.last().filter(|_| more).map(|last| last.key.clone());
        Ok(AuditPage { lines: found.iter().map(shown).collect::<Result<_>>()?, next_after })
    }

    async fn put_down(&self, by: By, act: Act) -> Result<()> {
        let line = self.audit_line(&by, &act)?;
        match self.store.write(&[line]).await? {
            Written::All => {
                log(&by, &act);
                Ok(())
            }
            Written::Conflict(_) => Err(Error::bug("the place of a line of the audit log was given twice")),
        }
    }

    /// The write that adds a line, for those who write it together with what it tells of.
    pub(crate) fn audit_line(&self, by: &By, act: &Act) -> Result<Write> {
        check_reason(act.reason.as_deref())?;
        let now = self.now()?;
        let record = AuditRecord {
            at_ms: now.millis(),
            by: by.clone(),
            action: act.action.to_owned(),
            app: act.app.as_ref().map(AppId::to_string),
            target: act.target.clone(),
            reason: act.reason.clone(),
            detail: act.detail.clone(),
        };
        let key = key(self.next_place(now), fresh(&*self.entropy)?);
        let write = records::put(Kind::Audit, key, &record, Expected::Absent)?;
        if write.value.as_ref().is_some_and(|bytes| bytes.len() > AUDIT_LINE_BYTES) {
            let says = format!("must fit into a line of the audit log, which has {AUDIT_LINE_BYTES} bytes");
            return Err(Error::invalid("detail", says));
        }
        Ok(write)
    }

    /// What a rule did to sessions of the console. A line that cannot be kept is logged, and fails nothing: it is done.
    pub(crate) async fn note_of_console(&self, events: &[Event]) {
        for event in events {
            let Some(user) = &event.user else { continue };
            let detail: Value = serde_json::from_str(&event.detail).unwrap_or_default();
            let detail = json!({"event": event.kind, "session_id": event.session.map(|id| id.to_string()), "detail": detail});
            let act = Act { detail, ..Act::on("admin_session", user.as_str()) };
            if let Err(error) = self.put_down(By::Tenure, act).await {
                tracing::error!(%error, "a line of the audit log could not be kept");
            }
        }
    }

    /// Rises with every line of this node, and with time.
    fn next_place(&self, now: Timestamp) -> i64 {
        let place = |last: i64| (now.millis().saturating_mul(PER_MILLI)).max(last.saturating_add(1));
        let updated =
            self.audit_head.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(place(last)));
        updated.map_or(0, place)
    }
}

/// The line in the server's log, for those who gather logs elsewhere.
pub(crate) fn log(by: &By, act: &Act) {
    let app = act.app.as_ref().map(AppId::as_str);
    tracing::info!(target: "tenure::audit", %by, action = act.action, app, on = act.target, reason = act.reason, detail = %act.detail);
}

/// Smaller for what is later, and never that of another node's line.
fn key(place: i64, random: [u8; 4]) -> String {
    format!("{:016x}-{:08x}", i64::MAX - place, u32::from_be_bytes(random))
}

fn shown(record: &Record) -> Result<AuditLine> {
    let line: AuditRecord = records::read(Kind::Audit, record)?;
    Ok(AuditLine {
        id: record.key.clone(),
        at: Timestamp::from_millis(line.at_ms),
        by: line.by,
        action: line.action,
        app: line.app,
        target: line.target,
        reason: line.reason,
        detail: line.detail,
    })
}
