//! The three lifetimes on one line: what is short and what is long, to the eye.

use tenure_service::lengths::in_words;

/// Ticks of the scale, in seconds.
const TICKS: [(i64, &str); 7] = [
    (60, "1 min"),
    (600, "10 min"),
    (3_600, "1 h"),
    (86_400, "1 day"),
    (604_800, "1 week"),
    (2_592_000, "1 month"),
    (31_536_000, "1 year"),
];
const WIDTH: f64 = 1000.0;
/// Where the scale begins, in seconds: a minute stands well to the right of it.
const FROM: f64 = 15.0;

/// A bar from the sign-in to its end.
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) y: u32,
    pub(super) height: u32,
    pub(super) width: String,
    pub(super) words: String,
}

/// A mark of the scale.
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) words: &'static str,
}

/// What is drawn. Each step of the scale is about ten times the one before: minutes beside years.
pub(super) struct Timeline {
    pub(super) bars: Vec<Bar>,
    pub(super) ticks: Vec<Tick>,
    /// The same in words, for those who do not see it.
    pub(super) words: String,
}

impl Timeline {
    /// Of lifetimes in seconds; no idle time-out reaches as far as the absolute end.
    pub(super) fn of(ttl: i64, idle: Option<i64>, absolute: i64) -> Self {
        let longest = absolute.max(ttl).max(60) as f64 * 1.6;
        let x = |seconds: i64| {
            let part = (seconds as f64 / FROM).max(1.0).ln() / (longest / FROM).ln();
            (part * WIDTH).min(WIDTH)
        };
        let bar = |class, y, height, seconds, words: String| Bar {
            class,
            y,
            height,
            width: format!("{:.1}", x(seconds)),
            words,
        };
        let idle_words =
            idle.map_or("no idle time-out".to_owned(), |idle| format!("idle {}", in_words(idle)));
        let bars = vec![
            bar("absolute", 0, 180, absolute, format!("absolute {}", in_words(absolute))),
            bar("idle", 56, 118, idle.unwrap_or(absolute), idle_words),
            bar("ttl", 114, 54, ttl, format!("auth token {}", in_words(ttl))),
        ];
        let words = bars.iter().map(|bar| bar.words.as_str()).collect::<Vec<_>>().join(", ");
        let fits = |(seconds, _): &&(i64, &str)| (*seconds as f64) < longest;
        let ticks = TICKS
            .iter()
            .filter(fits)
            .map(|(seconds, words)| Tick { x: format!("{:.1}", x(*seconds)), words });
        Self { bars, ticks: ticks.collect(), words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_reaches_further_and_stays_inside() {
        for (ttl, idle, absolute) in
            [(30, Some(60), 300), (600, Some(432_000), 2_592_000), (3_600, None, 63_072_000)]
        {
            let drawn = Timeline::of(ttl, idle, absolute);
            let widths: Vec<f64> =
                drawn.bars.iter().map(|bar| bar.width.parse().expect("a number")).collect();
            assert!(widths[0] >= widths[1] && widths[1] > widths[2] && widths[2] > 20.0, "{widths:?}");
            assert!(widths[0] < WIDTH, "{widths:?}");
            assert!(!drawn.ticks.is_empty());
        }
    }
}
