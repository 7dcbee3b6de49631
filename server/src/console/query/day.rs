//! Days and minutes of UTC, as a query writes them.

use std::ops::Range;

use crate::console::words::date;

const DAY_SECS: i64 = 86_400;

/// The seconds of a day such as `2026-11-01`, or of a minute of it such as `2026-11-01T06:30`.
pub(super) fn seconds(text: &str) -> Option<Range<i64>> {
    let (day, minute) = match text.split_once('T') {
        Some((day, minute)) => (day, Some(minute)),
        None => (text, None),
    };
    let start = days(day)?.checked_mul(DAY_SECS)?;
    let Some(minute) = minute else { return Some(start..start + DAY_SECS) };
    let (hour, minute) = minute.split_once(':')?;
    let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
    let at = start + hour * 3600 + minute * 60;
    (hour < 24 && minute < 60).then_some(at..at + 60)
}

/// The days since 1970-01-01 of a date that there is.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) =
        (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    // A year begins in March here, so that the day that comes and goes is its last.
    let from_march = if month < 3 { year - 1 } else { year };
    let (era, of_era) = (from_march.div_euclid(400), from_march.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    (parts.next().is_none() && date(days) == (year, month, day)).then_some(days)
}

fn digits(text: &str, length: usize) -> Option<i64> {
    let are = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if are { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::words::moment;

    #[test]
    fn every_day_is_read_back() {
        for days in (0..30_000).step_by(7).chain([19_782, 19_783]) {
            let start = days * DAY_SECS;
            assert_eq!(seconds(&moment(start)[..10]), Some(start..start + DAY_SECS));
        }
        for wrong in [
            "",
            "2026-11",
            "2026-11-00",
            "2026-11-31",
            "2026-1-01",
            "2026-11-01-01",
            "2026-11-01T6:00",
            "20261101",
            "+026-11-01",
        ] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
