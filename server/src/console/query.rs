//! The words of the query bar: `user:ann idle:>7d created:<2026-11-01 ended:reused`.

mod day;
mod values;
mod words;

use tenure_wire::session::SessionFilter;

use crate::limits::QUERY_BYTES;
use values::put;
use words::{Word, words};

/// What a query may say, with what each word takes.
pub(super) const WORDS: [(&str, &str); 8] = [
    ("user", "user:ann, or user:\"ann smith\""),
    ("status", "status:live, status:ended or status:expired"),
    (
        "ended",
        "ended:reused, user, admin, limit, settings, disabled or key; ended:<1d for lately, ended:>=2026-11-01",
    ),
    ("idle", "idle:>7d"),
    (
        "created",
        "created:<1d for lately, created:>30d for long ago, created:<2026-11-01 with <, <=, > or >=, or the day alone",
    ),
    ("client", "client:web"),
    ("version", "version:3, of the settings"),
    ("sid", "sid:, and a session's id"),
];

/// A query that is none: which part of it, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// What comes before the part.
    pub(super) before: String,
    /// The part.
    pub(super) word: String,
    /// What comes after it.
    pub(super) after: String,
    /// What is wrong with it, and what would be right.
    pub(super) says: String,
}

/// The filter that `text` means at `now` (Unix seconds): everything that it says must match, and nothing is everything. Days are
/// those of UTC. A word that is not known, stands twice or takes another value is refused.
pub(super) fn parse(text: &str, now: i64) -> Result<SessionFilter, Mistake> {
    if text.len() > QUERY_BYTES {
        return Err(mistake(text, 0..text.len(), format!("is longer than {QUERY_BYTES} bytes")));
    }
    let mut filter = SessionFilter::default();
    for Word { key, value, closed, place } in words(text) {
        let put = match key {
            _ if !closed => {
                Err("has a quotation mark without its other; inside of them two stand for one".into())
            }
            Some(key) => put(&mut filter, key, &value, now),
            None => Err("needs to say what it is: put user: before it, perhaps".to_owned()),
        };
        put.map_err(|says| mistake(text, place, says))?;
    }
    Ok(filter)
}

/// The first second of a minute or a day of UTC that is written as in a query: `2026-11-25T20:31`.
pub(super) fn minute(text: &str) -> Option<i64> {
    day::seconds(text).map(|seconds| seconds.start)
}

/// A word of a query.
#[cfg(test)]
fn word(key: &str, value: &str) -> String {
    let plain = !value.is_empty() && !value.contains(|c: char| c.is_whitespace() || c == '"');
    if plain { format!("{key}:{value}") } else { format!("{key}:\"{}\"", value.replace('"', "\"\"")) }
}

fn mistake(text: &str, place: std::ops::Range<usize>, says: String) -> Mistake {
    Mistake {
        before: text[..place.start].to_owned(),
        word: text[place.clone()].to_owned(),
        after: text[place.end..].to_owned(),
        says,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25 20:31:02 UTC.
    const NOW: i64 = 1_795_638_662;
    const NOVEMBER: i64 = 1_793_491_200;
    const DAY: i64 = 86_400;

    fn filter(text: &str) -> SessionFilter {
        parse(text, NOW).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"))
    }

    #[test]
    fn everything_that_is_said_is_in_the_filter() {
        let said = filter(" user:ann idle:>7d  created:<2026-11-01 ended:reused client:web version:3 ");
        let expected = SessionFilter {
            user_id: Some("ann".into()),
            active_before: Some(NOW - 7 * DAY),
            created_before: Some(NOVEMBER),
            reason: Some("reused".into()),
            client_id: Some("web".into()),
            settings_version: Some(3),
            ..SessionFilter::default()
        };
        assert_eq!(said, expected);
        assert_eq!(filter(""), SessionFilter::default());
        let sid = "awdVnTuCkEkjjEcV06JmGA";
        assert_eq!(filter(&format!("sid:{sid} status:live")).session_id.as_deref(), Some(sid));
        assert_eq!(filter("ended:admin").reason.as_deref(), Some("ended_by_admin"));
        assert_eq!(filter("ended:ended_by_admin").reason.as_deref(), Some("ended_by_admin"));
    }

    #[test]
    fn lately_and_long_ago_are_reckoned_from_now() {
        assert_eq!(filter("created:<1d").created_from, Some(NOW - DAY));
        assert_eq!(filter("created:>30d").created_before, Some(NOW - 30 * DAY));
        assert_eq!(filter("ended:<2h ended:key").ended_from, Some(NOW - 7200));
        assert_eq!(filter("ended:key").reason.as_deref(), Some("key_retired"));
        assert_eq!(filter("ended:disabled").reason.as_deref(), Some("user_disabled"));
    }

    #[test]
    fn days_are_whole_days() {
        let created = |text: &str| {
            let said = filter(text);
            (said.created_from, said.created_before)
        };
        for (text, from, before) in [
            ("created:2026-11-01", Some(NOVEMBER), Some(NOVEMBER + DAY)),
            ("created:<2026-11-01", None, Some(NOVEMBER)),
            ("created:<=2026-11-01", None, Some(NOVEMBER + DAY)),
            ("created:>2026-11-01", Some(NOVEMBER + DAY), None),
            ("created:>=2026-11-01", Some(NOVEMBER), None),
            ("created:>=2026-11-01T06:30", Some(NOVEMBER + 23_400), None),
            ("created:>=2026-10-31 created:<2026-11-01", Some(NOVEMBER - DAY), Some(NOVEMBER)),
        ] {
            assert_eq!(created(text), (from, before), "{text}");
        }
        assert_eq!(filter("ended:>=2026-11-01 ended:reused").ended_from, Some(NOVEMBER));
    }

    #[test]
    fn a_mistake_points_at_its_word_and_says_what_would_be_right() {
        for (text, word, says) in [
            ("user:ann usr:bob", "usr:bob", "user"),
            ("ann", "ann", "put user: before it"),
            ("idle:7d", "idle:7d", "idle:>7d"),
            ("idle:>x", "idle:>x", "idle:>7d"),
            ("status:alive x:y", "status:alive", "status:live"),
            ("created:<2026-13-01", "created:<2026-13-01", "2026-11-01"),
            ("created:2026-02-29", "created:2026-02-29", "2026-11-01"),
            ("created:>=2026-11-01T24:00", "created:>=2026-11-01T24:00", "2026-11-01"),
            ("ended:reusd", "ended:reusd", "reused"),
            ("version:-1", "version:-1", "version:3"),
            ("user:a user:b", "user:b", "twice"),
            ("created:<2026-11-01 created:<2026-11-02", "created:<2026-11-02", "twice"),
            ("user:", "user:", "user:ann"),
            ("user:\"a\u{1}\"", "user:\"a\u{1}\"", "names none: a user id is"),
            ("client:\"a b\"", "client:\"a b\"", "names none: a client id is"),
            ("status:live sid:x", "sid:x", "sid:, and a session's id"),
            ("user:\"ann", "user:\"ann", "quotation mark"),
        ] {
            let mistake = parse(text, NOW).expect_err(text);
            assert_eq!(mistake.word, word, "{text}");
            assert!(mistake.says.contains(says), "{text}: {}", mistake.says);
            assert_eq!(format!("{}{}{}", mistake.before, mistake.word, mistake.after), text);
        }
        assert!(parse(&"x".repeat(QUERY_BYTES + 1), NOW).is_err());
    }

    #[test]
    fn whatever_a_user_is_called_can_be_asked_for() {
        for user in ["ann", "ann smith", "a\"b", "\"", "user:x", "ü", " "] {
            let said = filter(&format!("status:live {} idle:>1d", word("user", user)));
            assert_eq!(said.user_id.as_deref(), Some(user));
        }
    }
}
