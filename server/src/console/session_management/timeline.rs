//! The three lifetimes on one line. Its scale stretches the short and squeezes the long, so that a minute and a year are both seen.

use tenure_core::settings::Settings;
use tenure_core::time::Span;
use tenure_service::lengths::in_words;

const MIN: i64 = 60;
const HOUR: i64 = 60 * MIN;
const DAY: i64 = 24 * HOUR;

/// Where the line begins, and where it ends, in seconds.
const FIRST: f64 = 15.0;
const LAST: f64 = 730.0 * DAY as f64;
/// A bar that is narrower than this many percent is not seen.
const NARROWEST: f64 = 0.9;
/// Auth tokens that are drawn one by one, at most.
const TOKENS: i64 = 40;

/// The moments that are named; the second half only where there is room.
const TICKS: [(i64, &str, bool); 8] = [
    (MIN, "1 min", false),
    (10 * MIN, "10 min", false),
    (HOUR, "1 h", false),
    (8 * HOUR, "8 h", true),
    (DAY, "1 day", false),
    (7 * DAY, "1 week", true),
    (30 * DAY, "30 days", false),
    (365 * DAY, "1 year", false),
];

/// A bar: where it begins and how wide it is, in percent.
#[derive(Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) width: String,
}

/// A named moment.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) words: &'static str,
    pub(super) roomy: bool,
}

/// What is drawn.
#[derive(Debug)]
pub(super) struct Timeline {
    pub(super) ticks: Vec<Tick>,
    /// One after the other, as long as they are wide enough to be told apart.
    pub(super) tokens: Vec<Bar>,
    /// Where the others are.
    pub(super) more_tokens: Option<Bar>,
    pub(super) idle: Option<Bar>,
    pub(super) absolute: Option<Bar>,
    pub(super) token_words: String,
    pub(super) idle_words: String,
    pub(super) absolute_words: String,
    /// In pixels: where the auth tokens are, where the line is, and how high all of it is.
    pub(super) tokens_y: u32,
    pub(super) floor_y: u32,
    pub(super) height: u32,
}

impl Timeline {
    /// Of these settings; those of no session where there are none.
    pub(super) fn of(s: &Settings) -> Self {
        let (ttl, absolute) = (s.auth_token_ttl(), s.absolute_lifetime);
        let until = if s.refresh_tokens { s.idle_timeout.unwrap_or(absolute) } else { ttl };
        let (tokens, more_tokens) = tokens(ttl, until);
        let bar = |until: Span| bar(0.0, position(until.secs()));
        let ticks = TICKS.iter().map(|(secs, words, roomy)| Tick {
            x: percent(position(*secs)),
            words,
            roomy: *roomy,
        });
        let words = |span: Span| in_words(span.secs());
        Self {
            ticks: ticks.collect(),
            tokens,
            more_tokens,
            idle: s.refresh_tokens.then(|| bar(until)),
            absolute: s.refresh_tokens.then(|| bar(absolute)),
            token_words: words(ttl),
            idle_words: s.idle_timeout.map_or("none".to_owned(), words),
            absolute_words: words(absolute),
            tokens_y: if s.refresh_tokens { 62 } else { 0 },
            floor_y: if s.refresh_tokens { 154 } else { 72 },
            height: if s.refresh_tokens { 184 } else { 102 },
        }
    }
}

/// Auth tokens that follow one another from the beginning to `until`, and the bar in which the rest of them are.
fn tokens(ttl: Span, until: Span) -> (Vec<Bar>, Option<Bar>) {
    let (ttl, until) = (ttl.secs().max(1), until.secs());
    let mut bars = Vec::new();
    for n in 0..TOKENS {
        let (from, to) = (n.saturating_mul(ttl), (n + 1).saturating_mul(ttl));
        let (x, end) = (position(from), position(to));
        if n > 0 && to > until {
            return (bars, None);
        }
        if n > 0 && end - x < NARROWEST {
            return (bars, Some(bar(x, position(until))));
        }
        bars.push(bar(x, end));
    }
    (bars, Some(bar(position(TOKENS.saturating_mul(ttl)), position(until))))
}

fn bar(from: f64, to: f64) -> Bar {
    Bar { x: percent(from), width: percent((to - from).max(0.0)) }
}

/// Where a moment is on the line, in percent.
fn position(secs: i64) -> f64 {
    let secs = (secs as f64).clamp(FIRST, LAST);
    100.0 * (secs / FIRST).ln() / (LAST / FIRST).ln()
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(ttl: i64, idle: Option<i64>, absolute: i64) -> Timeline {
        Timeline::of(&Settings {
            refresh_tokens: true,
            auth_token_ttl: Some(Span::from_secs(ttl)),
            idle_timeout: idle.map(Span::from_secs),
            absolute_lifetime: Span::from_secs(absolute),
            ..Settings::default()
        })
    }

    fn number(text: &str) -> f64 {
        text.trim_end_matches('%').parse().unwrap()
    }

    fn end(bar: &Bar) -> f64 {
        number(&bar.x) + number(&bar.width)
    }

    #[test]
    fn the_scale_rises_from_edge_to_edge() {
        let mut last = 0.0;
        for (secs, ..) in TICKS {
            let here = position(secs);
            assert!(here - last > 6.0, "{secs} s is too close to the tick before it");
            last = here;
        }
        assert_eq!((position(0), position(i64::MAX)), (0.0, 100.0));
    }

    #[test]
    fn each_bar_is_within_the_next() {
        for (ttl, idle, absolute) in [
            (30, Some(60), 300),
            (60, Some(120), 30 * MIN),
            (5 * MIN, Some(30 * MIN), DAY),
            (HOUR, None, 180 * DAY),
            (HOUR, Some(180 * DAY), 730 * DAY),
        ] {
            let drawn = drawn(ttl, idle, absolute);
            let (idle_bar, absolute_bar) = (drawn.idle.unwrap(), drawn.absolute.unwrap());
            for bar in drawn.tokens.iter().chain(&drawn.more_tokens) {
                assert!(end(bar) <= end(&idle_bar) + 0.02, "{bar:?} {idle_bar:?}");
            }
            assert!(end(&idle_bar) <= end(&absolute_bar), "{idle_bar:?} {absolute_bar:?}");
            assert!(end(&drawn.tokens[0]) > 4.0, "the shortest token is seen: {:?}", drawn.tokens[0]);
            assert_eq!(end(&idle_bar) == end(&absolute_bar), idle.is_none());
        }
    }

    #[test]
    fn without_sessions_there_is_one_token() {
        let drawn = Timeline::of(&Settings::default());
        assert_eq!((drawn.tokens.len(), drawn.more_tokens), (1, None));
        assert!(drawn.idle.is_none() && drawn.absolute.is_none());
    }
}
