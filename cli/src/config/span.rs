//! Lengths of time as people write them: `90s`, `10m`, `12h`, `30d`, and `1m30s`.

use tenure_core::time::Span;

const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// The length that `text` says: numbers with a unit each, from the largest unit to the smallest.
pub fn parse(text: &str) -> Option<Span> {
    let (mut secs, mut rest, mut units) = (0_i64, text, UNITS.iter());
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
        let (number, unit) = rest.split_at(digits);
        let name = unit.chars().next()?;
        let (_, length) = units.find(|(unit, _)| *unit == name)?;
        secs = secs.checked_add(number.parse::<i64>().ok()?.checked_mul(*length)?)?;
        rest = &unit[name.len_utf8()..];
    }
    (!text.is_empty()).then(|| Span::from_secs(secs))
}
