//! What a word of a query puts into the filter.

use std::ops::Range;

use tenure_core::id::{ClientId, FamilyId, InvalidId, UserId};
use tenure_core::refusal::EndReason;
use tenure_service::lengths;
use tenure_wire::session::SessionFilter;

use super::WORDS;
use super::day::seconds;

/// Puts what `key:value` says into `filter`; else what the word must be.
pub(super) fn put(filter: &mut SessionFilter, key: &str, value: &str, now: i64) -> Result<(), String> {
    let Some((_, takes)) = WORDS.iter().find(|(known, _)| *known == key) else {
        return Err(unknown(key));
    };
    if value.is_empty() {
        return Err(format!("takes a value: {takes}"));
    }
    let wrong = || format!("is not understood; it takes {takes}");
    match key {
        "user" => once(&mut filter.user_id, id(UserId::parse(value), value)?),
        "status" => {
            let known = ["live", "ended", "expired"].contains(&value);
            if known { once(&mut filter.status, value.to_owned()) } else { Err(wrong()) }
        }
        "ended" => match reason(value) {
            Some(reason) => once(&mut filter.reason, reason.as_str().to_owned()),
            None => {
                let said = bounds(value, now).ok_or_else(|| not_a_reason(value))?;
                both(&mut filter.ended_from, &mut filter.ended_before, said)
            }
        },
        "created" => {
            let said = bounds(value, now).ok_or_else(wrong)?;
            both(&mut filter.created_from, &mut filter.created_before, said)
        }
        "idle" => {
            let length =
                value.strip_prefix('>').and_then(|rest| lengths::parse(rest.trim_start_matches('=')));
            once(&mut filter.active_before, now.saturating_sub(length.ok_or_else(wrong)?))
        }
        "client" => once(&mut filter.client_id, id(ClientId::parse(value), value)?),
        "version" => once(&mut filter.settings_version, value.parse().map_err(|_| wrong())?),
        _ => once(&mut filter.session_id, FamilyId::parse(value).ok_or_else(wrong)?.to_string()),
    }
}

/// The value itself, if it is an id; else why it is none.
fn id<T>(parsed: Result<T, InvalidId>, value: &str) -> Result<String, String> {
    parsed.map(|_| value.to_owned()).map_err(|says| format!("names none: {says}"))
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err("says twice what can be said once".to_owned()),
    }
}

/// From and before which second.
type Bounds = (Option<i64>, Option<i64>);

fn both(from: &mut Option<i64>, before: &mut Option<i64>, said: Bounds) -> Result<(), String> {
    said.0.map_or(Ok(()), |value| once(from, value))?;
    said.1.map_or(Ok(()), |value| once(before, value))
}

/// What a comparison says: with a day or a minute, or with a length of time before `now`, where less is later.
fn bounds(value: &str, now: i64) -> Option<Bounds> {
    let day = value.trim_start_matches(['<', '>', '=']);
    let sign = &value[..value.len() - day.len()];
    if let Some(length) = lengths::parse(day) {
        let then = now.saturating_sub(length);
        return match sign {
            "<" | "<=" => Some((Some(then), None)),
            ">" | ">=" => Some((None, Some(then))),
            _ => None,
        };
    }
    let Range { start, end } = seconds(day)?;
    match sign {
        "" | "=" => Some((Some(start), Some(end))),
        "<" => Some((None, Some(start))),
        "<=" => Some((None, Some(end))),
        ">" => Some((Some(end), None)),
        ">=" => Some((Some(start), None)),
        _ => None,
    }
}

/// A reason by its name, or by the short one.
fn reason(value: &str) -> Option<EndReason> {
    EndReason::ALL.into_iter().find(|reason| reason.as_str() == value || short(*reason) == value)
}

fn short(reason: EndReason) -> &'static str {
    match reason {
        EndReason::User => "user",
        EndReason::Admin => "admin",
        EndReason::Limit => "limit",
        EndReason::Settings => "settings",
        EndReason::UserDisabled => "disabled",
        EndReason::KeyRetired => "key",
        EndReason::Reused => "reused",
    }
}

fn not_a_reason(value: &str) -> String {
    let names = EndReason::ALL.map(short);
    let perhaps = nearest(value, &names).map_or(String::new(), |name| format!(" Perhaps ended:{name}."));
    format!(
        "is neither a reason nor a day.{perhaps} Reasons are {}; a day is ended:>=2026-11-01",
        names.join(", ")
    )
}

fn unknown(key: &str) -> String {
    let names = WORDS.map(|(name, _)| name);
    match nearest(key, &names) {
        Some(name) => format!("is not known. Perhaps {name}: is meant"),
        None => format!("is not known. A query can say {}", names.join(", ")),
    }
}

/// Of `names` the one that is at most two changes of a letter from `text`, and fewer than it has letters.
fn nearest<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    let measured = names.iter().map(|name| (distance(text, name), *name));
    measured.filter(|(far, name)| *far <= 2 && *far < name.len()).min().map(|(_, name)| name)
}

/// How many letters have to be put in, taken out or replaced to make `a` of `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, of_a) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, of_b) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(of_a != of_b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
