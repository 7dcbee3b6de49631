//! Numbers, times and lengths of time as people read them.

pub(super) use tenure_service::lengths::in_words as length;
use tenure_service::limits::COUNT_AT_MOST;

/// A number with a comma between thousands.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 session`, `2 sessions`, `18,311 sessions`.
pub(super) fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{} {what}s", number(n)) }
}

/// The same, where not all of them may have been counted.
pub(super) fn counted(n: u64, is_bound: bool, what: &str) -> String {
    let at_least = match n {
        _ if !is_bound => "",
        COUNT_AT_MOST => "more than ",
        _ => "at least ",
    };
    format!("{at_least}{}", count(n, what))
}

/// JSON as people read it: characters that break a line or turn the text around them (UAX #9) are written as their escapes, so that
/// what stands behind them is where it seems to be.
pub(super) fn json(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if turns(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

/// A moment in UTC: `2026-11-25 20:31:02 UTC`. Pages put the reader's own zone in its place where scripts run.
pub(super) fn moment(unix: i64) -> String {
    let (days, of_day) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// The date that is so many days after 1970-01-01, in the Gregorian calendar, reckoned in years that begin in March.
pub(super) fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_in_its_order() {
        assert_eq!(json("{\"a\": \"\u{202e}b\u{2028}ü\"}"), "{\"a\": \"\\u202eb\\u2028ü\"}");
    }

    #[test]
    fn a_count_that_may_not_be_all_says_so() {
        for (n, is_bound, text) in [
            (1, false, "1 session"),
            (10_000, false, "10,000 sessions"),
            (10_000, true, "more than 10,000 sessions"),
            (3, true, "at least 3 sessions"),
            (700_000, true, "at least 700,000 sessions"),
        ] {
            assert_eq!(counted(n, is_bound, "session"), text);
        }
    }

    #[test]
    fn numbers_have_commas() {
        for (n, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (18_311, "18,311"), (1_030_000, "1,030,000")]
        {
            assert_eq!(number(n), text);
        }
        assert_eq!(
            (count(1, "session"), count(1_204, "session")),
            ("1 session".into(), "1,204 sessions".into())
        );
    }

    #[test]
    fn moments_are_those_of_the_calendar() {
        for (unix, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (1_795_639_862, "2026-11-25 20:51:02 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(moment(unix), text);
        }
    }
}
