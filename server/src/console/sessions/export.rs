//! What matches, as a file: CSV or NDJSON, written while it is read.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::json;
use tenure_core::id::AppId;
use tenure_service::admins::AdminCaller;
use tenure_service::audit::Act;
use tenure_service::error::{Error, Result};
use tenure_wire::session::SessionFilter;
use tokio::sync::mpsc;

use super::lines::Format;
use crate::answer::Failure;
use crate::console::Console;
use crate::console::address::{Path, Query};
use crate::console::admin::Admin;
use crate::console::page::PageAnswer;
use crate::console::query;
use crate::limits::{EXPORT_PAGE, EXPORT_SESSIONS};
use crate::request::app_id;
use crate::written::Written;

/// What is asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// What matches, for spreadsheets.
pub(super) async fn csv(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    Query(asked): Query<Asked>,
) -> PageAnswer {
    export(console, admin, &app, &asked.q, Format::Csv).await
}

/// What matches, for programs.
pub(super) async fn ndjson(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    Query(asked): Query<Asked>,
) -> PageAnswer {
    export(console, admin, &app, &asked.q, Format::Ndjson).await
}

/// The sessions that match, newest first, as many as [`EXPORT_SESSIONS`]; a last line says so where there are more. The answer
/// breaks off, so that it cannot be taken for a whole one, where the store stops answering. Who exports what is put down.
async fn export(console: Console, admin: AdminCaller, app: &str, q: &str, format: Format) -> PageAnswer {
    let app = app_id(app)?;
    let service = &console.http.service;
    service.app(&app)?;
    let filter = query::parse(q, service.now()?.secs()).map_err(|mistake| {
        Failure::malformed(format!("“{}” {}.", mistake.word, mistake.says), "Nothing was exported.")
    })?;
    // What cannot be asked for is refused before the file begins.
    service.sessions_page(&app, &filter, None, 1).await?;
    let act = Act {
        action: "sessions_exported",
        app: Some(app.clone()),
        target: "sessions".into(),
        reason: None,
        detail: json!({"query": q, "format": format.extension()}),
    };
    service.audit(&admin, act).await?;
    let (lines, taken) = mpsc::channel(1);
    let mut response = Response::new(Body::new(Written::new(taken)));
    let name = format!("attachment; filename=\"{app}-sessions.{}\"", format.extension());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Error::bug)?);
    let writer = Writer { console: console.clone(), app, filter, format, lines };
    tokio::spawn(writer.write());
    Ok(response)
}

/// Reads, and gives on what was read as fast as it is taken.
struct Writer {
    console: Console,
    app: AppId,
    filter: SessionFilter,
    format: Format,
    lines: mpsc::Sender<Result<Bytes, Error>>,
}

impl Writer {
    async fn write(self) {
        if let Err(error) = self.pages().await {
            tracing::warn!(%error, "an export broke off");
            let _gone = self.lines.send(Err(error)).await;
        }
    }

    async fn pages(&self) -> Result<()> {
        let mut text = self.format.head();
        let (mut cursor, mut left) = (None::<String>, EXPORT_SESSIONS);
        loop {
            let service = &self.console.http.service;
            let (page, next) =
                service.sessions_page(&self.app, &self.filter, cursor.as_deref(), EXPORT_PAGE).await?;
            left = left.saturating_sub(page.len());
            page.iter().for_each(|session| self.format.line(session, &mut text));
            let over = next.is_none() || left == 0;
            if next.is_some() && left == 0 {
                self.format.more(EXPORT_SESSIONS, &mut text);
            }
            let patience = self.console.http.options.patience.write_time;
            let taken = self.lines.send_timeout(Ok(Bytes::from(std::mem::take(&mut text))), patience).await;
            if over || taken.is_err() {
                return Ok(());
            }
            cursor = next;
        }
    }
}
