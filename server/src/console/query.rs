//! The query bar of the list of sessions: words such as `user:ann idle:>7d ended:reused`, each of which narrows it down.

use tenure_core::time::Timestamp;
use tenure_service::lengths;
use tenure_wire::session::SessionFilter;

/// The words that are understood, with what they look like.
pub(super) const WORDS: [(&str, &str); 8] = [
    ("user", "user:ann"),
    ("sid", "sid:…"),
    ("status", "status:live, ended or expired"),
    ("ended", "ended:reused, user, admin, limit, settings or key, and ended:<1d for lately"),
    ("idle", "idle:>7d"),
    ("created", "created:<1d for lately, created:>30d for long ago, created:>2026-11-01"),
    ("client", "client:web"),
    ("version", "version:3, of the settings"),
];

/// What a query means at `now`. `Err` says which word is not understood, and what would be.
pub(super) fn parse(query: &str, now: Timestamp) -> Result<SessionFilter, String> {
    let mut filter = SessionFilter::default();
    for word in split(query)? {
        let Some((name, value)) = word.split_once(':').filter(|(name, _)| is_known(name)) else {
            // A user's id may hold anything, a colon too.
            if word.contains(':') && !word.starts_with("user:") {
                return Err(not_understood(&word));
            }
            filter.user_id = Some(word);
            continue;
        };
        read(&mut filter, name, value, now).ok_or_else(|| not_understood(&word))?;
    }
    Ok(filter)
}

fn is_known(name: &str) -> bool {
    WORDS.iter().any(|(known, _)| *known == name)
}

fn read(filter: &mut SessionFilter, name: &str, value: &str, now: Timestamp) -> Option<()> {
    let text = (!value.is_empty()).then(|| value.to_owned())?;
    match name {
        "user" => filter.user_id = Some(text),
        "sid" => filter.session_id = Some(text),
        "client" => filter.client_id = Some(text),
        "version" => filter.settings_version = Some(value.parse().ok()?),
        "status" => filter.status = ["live", "ended", "expired"].contains(&value).then_some(text),
        "idle" => filter.active_before = Some(now.secs() - length(value.strip_prefix('>')?)?),
        "created" => created(filter, value, now)?,
        "ended" => ended(filter, value, now)?,
        _ => return None,
    }
    (name != "status" || filter.status.is_some()).then_some(())
}

/// Lately, long ago, or before or after a day.
fn created(filter: &mut SessionFilter, value: &str, now: Timestamp) -> Option<()> {
    let (later, rest) = match value.split_at_checked(1)? {
        ("<", rest) => (false, rest),
        (">", rest) => (true, rest),
        _ => return None,
    };
    match (later, length(rest), day(rest)) {
        (false, Some(length), _) => filter.created_from = Some(now.secs() - length),
        (true, Some(length), _) => filter.created_before = Some(now.secs() - length),
        (false, None, Some(day)) => filter.created_before = Some(day),
        (true, None, Some(day)) => filter.created_from = Some(day),
        (_, None, None) => return None,
    }
    Some(())
}

fn ended(filter: &mut SessionFilter, value: &str, now: Timestamp) -> Option<()> {
    if let Some(lately) = value.strip_prefix('<') {
        filter.ended_from = Some(now.secs() - length(lately)?);
        return Some(());
    }
    let reason = match value {
        "user" => "ended_by_user",
        "admin" => "ended_by_admin",
        "limit" => "ended_by_limit",
        "settings" => "ended_by_settings",
        "disabled" => "user_disabled",
        "key" => "key_retired",
        "reused" => "reused",
        _ => return None,
    };
    filter.reason = Some(reason.to_owned());
    Some(())
}

fn length(text: &str) -> Option<i64> {
    lengths::parse(text)
}

/// The Unix second at which a day begins in UTC: `2026-11-01`.
fn day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=2200).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400)
}

/// Words, of which one in quotes may hold spaces.
fn split(query: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for letter in query.chars() {
        match letter {
            '"' => (quoted, begun) = (!quoted, true),
            letter if letter.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            letter => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if quoted {
        return Err("A quotation mark is open: close it.".to_owned());
    }
    if begun {
        words.push(word);
    }
    Ok(words.into_iter().filter(|word| !word.is_empty()).collect())
}

fn not_understood(word: &str) -> String {
    let name = word.split(':').next().unwrap_or_default();
    let known = WORDS.iter().find(|(known, _)| *known == name);
    let short: String = word.chars().take(60).collect();
    match known {
        Some((_, looks)) => format!("{short} is not understood. Write {looks}."),
        None => {
            let names: Vec<_> = WORDS.iter().map(|(name, _)| *name).collect();
            format!("{short} is not understood. A word is one of {}, with a colon.", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_639_862);

    fn filter(query: &str) -> SessionFilter {
        parse(query, NOW).expect("a query")
    }

    #[test]
    fn words_narrow_the_list_down() {
        let none = SessionFilter::default;
        for (query, expected) in [
            ("", none()),
            ("  ann ", SessionFilter { user_id: Some("ann".into()), ..none() }),
            ("user:\"ann smith\"", SessionFilter { user_id: Some("ann smith".into()), ..none() }),
            ("user:a:b", SessionFilter { user_id: Some("a:b".into()), ..none() }),
            ("status:live", SessionFilter { status: Some("live".into()), ..none() }),
            ("ended:reused", SessionFilter { reason: Some("reused".into()), ..none() }),
            ("ended:<1d", SessionFilter { ended_from: Some(NOW.secs() - 86_400), ..none() }),
            ("idle:>7d", SessionFilter { active_before: Some(NOW.secs() - 604_800), ..none() }),
            ("created:<2h", SessionFilter { created_from: Some(NOW.secs() - 7_200), ..none() }),
            ("created:>30d", SessionFilter { created_before: Some(NOW.secs() - 2_592_000), ..none() }),
            ("created:<2026-11-01", SessionFilter { created_before: Some(1_793_491_200), ..none() }),
            ("created:>2024-02-29", SessionFilter { created_from: Some(1_709_164_800), ..none() }),
            (
                "version:3 client:web",
                SessionFilter { settings_version: Some(3), client_id: Some("web".into()), ..none() },
            ),
        ] {
            assert_eq!(filter(query), expected, "{query}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (query, says) in [
            ("status:alive", "Write status:live, ended or expired."),
            ("idle:7d", "Write idle:>7d."),
            ("created:yesterday", "created:<1d for lately"),
            ("created:>2026-13-01", "created:<1d for lately"),
            ("usr:ann", "A word is one of user, sid"),
            ("version:x", "Write version:3"),
            ("user:\"ann", "close it"),
            ("ended:", "Write ended:reused"),
        ] {
            let error = parse(query, NOW).expect_err(query);
            assert!(error.contains(says), "{query}: {error}");
        }
    }
}
