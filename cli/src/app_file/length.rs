//! Lengths of time as people write them: `1m30s`, `8h`, `30d`.

/// From the largest to the smallest: the letter, and its seconds.
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// The seconds that `text` says: numbers with units, each unit smaller than the one before.
pub(super) fn parse(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0)?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, seconds) = units.find(|(letter, _)| *letter == unit)?;
        total = total.checked_add(number.checked_mul(*seconds)?)?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(total)
}

/// `seconds` as [`parse`] reads them.
pub(super) fn written(seconds: i64) -> String {
    let mut rest = seconds;
    let mut text = String::new();
    for (letter, unit) in UNITS {
        if rest >= unit {
            text += &format!("{}{letter}", rest / unit);
            rest %= unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for (seconds, text) in [
            (0, "0s"),
            (30, "30s"),
            (90, "1m30s"),
            (600, "10m"),
            (28_800, "8h"),
            (432_000, "5d"),
            (63_072_001, "730d1s"),
        ] {
            assert_eq!(written(seconds), text);
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
        assert_eq!(parse("90m"), Some(5400));
        for wrong in
            ["", "10", "m", "10 m", "10x", "1s1m", "1m1m", "-1m", "1.5h", "99999999999999999d", "10mm", "1µ"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
