//! Moments as people say them: so long ago, or so long from now.

use tenure_service::clock::{Clock as _, SystemClock};

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
    use super::words;

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
