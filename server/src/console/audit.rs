//! The audit log: who did what in the console, and why.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;
use tenure_service::audit::AuditLine;
use tenure_service::limits::PAGE_DEFAULT;

use super::admin::Admin;
use super::page::{self, Frame, PageAnswer, Place};
use super::{Console, words};
use crate::console::address::Query;

/// The page's address.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/audit", get(show))
}

#[derive(Deserialize)]
struct Asked {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    frame: Frame,
    lines: Vec<Line>,
    next: Option<String>,
}

struct Line {
    at: i64,
    at_words: String,
    by: String,
    action: String,
    app: String,
    target: String,
    reason: String,
    detail: String,
}

impl From<AuditLine> for Line {
    fn from(line: AuditLine) -> Self {
        let empty = line.detail.is_null() || line.detail == Value::Object(Default::default());
        Self {
            at: line.at.secs(),
            at_words: words::moment(line.at.secs()),
            by: line.by.to_string(),
            action: line.action.replace('_', " "),
            app: line.app.unwrap_or_default(),
            target: line.target,
            reason: line.reason.unwrap_or_default(),
            detail: if empty { String::new() } else { words::json(&line.detail.to_string()) },
        }
    }
}

async fn show(State(console): State<Console>, Admin(admin): Admin, Query(asked): Query<Asked>) -> PageAnswer {
    let after = asked.after;
    let found = console.http.service.audit_log(after.as_deref(), PAGE_DEFAULT).await?;
    let frame = Frame::new(&console, &admin, Place::Audit, "Audit log");
    let lines = found.lines.into_iter().map(Line::from).collect();
    page::show(&AuditPage { frame, lines, next: found.next_after })
}
