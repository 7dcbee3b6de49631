//! Moments as people say them: by the calendar, so long ago, or so long from now.

use jiff::Timestamp;
use tenure_service::clock::{Clock as _, SystemClock};

/// The moment `unix_secs` by the calendar, which people of any country read: `2026-11-25 20:16:22 UTC`.
pub fn moment(unix_secs: i64) -> String {
    match Timestamp::from_second(unix_secs) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => unix_secs.to_string(),
    }
}

/// The same, with how long ago that was, or how long it is until then.
pub fn moment_from_here(unix_secs: i64) -> String {
    let distance = if unix_secs > now() { ahead(unix_secs) } else { ago(unix_secs) };
    format!("{} ({distance})", moment(unix_secs))
}

/// The Unix second that `text` says: as [`moment`] writes it, or as RFC 3339 does.
pub fn parse(text: &str) -> Option<i64> {
    let rfc_3339 = text.strip_suffix(" UTC").map_or_else(|| text.to_owned(), |utc| format!("{utc}Z"));
    rfc_3339.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// How long ago the moment `unix_secs` was.
pub fn ago(unix_secs: i64) -> String {
    match words(now() - unix_secs) {
        Some(time) => format!("{time} ago"),
        None => "just now".to_owned(),
    }
}

/// How long it is until the moment `unix_secs`.
pub fn ahead(unix_secs: i64) -> String {
    match words(unix_secs - now()) {
        Some(time) => format!("in {time}"),
        None => "now".to_owned(),
    }
}

fn now() -> i64 {
    SystemClock::default().now().secs()
}

/// The largest unit and the one below it; nothing for what is not yet to come.
fn words(secs: i64) -> Option<String> {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let largest = UNITS.iter().position(|(unit, _)| secs >= *unit)?;
    let (unit, name) = UNITS[largest];
    let rest = UNITS.get(largest + 1).map_or(0, |(below, _)| secs % unit / below);
    let below = UNITS.get(largest + 1).filter(|_| rest > 0).map(|(_, below)| format!(" {rest} {below}"));
    Some(format!("{} {name}{}", secs / unit, below.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::{moment, moment_from_here, now, parse, words};

    #[test]
    fn a_moment_is_written_by_the_calendar_and_read_back() {
        assert_eq!(moment(1_795_637_782), "2026-11-25 20:16:22 UTC");
        for text in ["2026-11-25 20:16:22 UTC", "2026-11-25T20:16:22Z", "2026-11-25T21:16:22+01:00"] {
            assert_eq!(parse(text), Some(1_795_637_782), "{text}");
        }
        for wrong in ["", "UTC", "yesterday", "2026-11-25", "2026-11-25 20:16:22", "1795637782"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(moment(i64::MAX), i64::MAX.to_string());
        assert!(moment_from_here(now() - 200).ends_with(" UTC (3 min 20 s ago)"));
        assert!(moment_from_here(now() + 7205).contains(" UTC (in 2 h"));
    }

    #[test]
    fn two_units_at_most() {
        for (secs, said) in
            [(1, "1 s"), (61, "1 min 1 s"), (3600, "1 h"), (86_399, "23 h 59 min"), (200_000, "2 d 7 h")]
        {
            assert_eq!(words(secs).as_deref(), Some(said));
        }
        assert_eq!((words(0), words(-5)), (None, None));
    }
}
