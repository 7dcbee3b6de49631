//! A session as a line of a file.

use serde_json::{Value, json};
use tenure_wire::session::Session;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 4180, in UTF-8, with a head. What a spreadsheet would compute begins with an apostrophe.
    Csv,
    /// A JSON object a line, as the management API shows it.
    Ndjson,
}

const COLUMNS: &str = "session_id,support_code,user_id,client_id,status,reason,created_at,auth_time,active_at,refreshed_at,\
                       idle_expires_at,expires_at,ended_at,seq,settings_version,device_name,user_agent,ip,claims";

impl Format {
    /// How its name ends.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// What it says that it is.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// What it begins with.
    pub(super) fn head(self) -> String {
        match self {
            Self::Csv => format!("{COLUMNS}\r\n"),
            Self::Ndjson => String::new(),
        }
    }

    /// Adds the line of a session.
    pub(super) fn line(self, session: &Session<Value>, text: &mut String) {
        match self {
            Self::Csv => csv(session, text),
            Self::Ndjson => {
                text.push_str(&serde_json::to_string(session).unwrap_or_default());
                text.push('\n');
            }
        }
    }

    /// Adds the line that says that there are more.
    pub(super) fn more(self, written: usize, text: &mut String) {
        match self {
            Self::Csv => text.push_str(&format!("# stopped after {written} sessions: there are more\r\n")),
            Self::Ndjson => text.push_str(&format!("{}\n", json!({"stopped_after": written}))),
        }
    }
}

fn csv(session: &Session<Value>, text: &mut String) {
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let device = session.device.clone().unwrap_or_default();
    let cells = [
        session.session_id.clone(),
        session.support_code.clone(),
        session.user_id.clone(),
        session.client_id.clone(),
        session.status.clone(),
        session.reason.clone().unwrap_or_default(),
        session.created_at.to_string(),
        session.auth_time.to_string(),
        session.active_at.to_string(),
        session.refreshed_at.to_string(),
        number(session.idle_expires_at),
        session.expires_at.to_string(),
        number(session.ended_at),
        session.seq.to_string(),
        session.settings_version.to_string(),
        device.name.unwrap_or_default(),
        device.user_agent.unwrap_or_default(),
        device.ip.unwrap_or_default(),
        session.claims.to_string(),
    ];
    text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
    text.push_str("\r\n");
}

/// A cell. What begins like a formula would be computed by the spreadsheet of whoever opens the file (CWE-1236): an apostrophe
/// before it makes it text.
fn quoted(cell: &str) -> String {
    let begins = cell.trim_start().chars().next();
    let computed = begins.is_some_and(|c| {
        matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    }) || cell.starts_with(['\t', '\r', '\n']);
    let apostrophe = if computed { "'" } else { "" };
    if computed || cell.contains([',', '"', '\r', '\n', ';', '\t']) {
        format!("\"{apostrophe}{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_ends_its_line() {
        for (cell, written) in [
            ("ann", "ann"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" =1", "\"' =1\""),
            ("\t=1", "\"'\t=1\""),
            ("＝1", "\"'＝1\""),
            ("=cmd|' /C calc'!A0,\"", "\"'=cmd|' /C calc'!A0,\"\"\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
