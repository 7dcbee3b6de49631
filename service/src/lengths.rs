//! Lengths of time as people write them: `90s`, `10m`, `1m30s`, `8h`, `30d`.

/// From the largest to the smallest: the letter, and its seconds.
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// The seconds that `text` says: numbers with units, each unit smaller than the one before.
pub fn parse(text: &str) -> Option<i64> {
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
pub fn written(seconds: i64) -> String {
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

/// A length of time in words, in its two largest units: `10 min`, `1 h 30 min`, `30 days`.
pub fn in_words(seconds: i64) -> String {
    const WORDS: [(i64, &str, &str); 4] =
        [(86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min"), (1, "s", "s")];
    let mut rest = seconds.max(0);
    let mut parts = Vec::new();
    for (size, one, many) in WORDS {
        let n = rest / size;
        rest %= size;
        if n > 0 && parts.len() < 2 {
            parts.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_two_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (90, "1 min 30 s"),
            (600, "10 min"),
            (5_400, "1 h 30 min"),
            (86_400 * 30, "30 days"),
            (86_400 + 3_600 + 60, "1 day 1 h"),
            (-5, "0 s"),
        ] {
            assert_eq!(in_words(seconds), text);
        }
    }

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
