//! When somebody who goes home on a Friday has to sign in again.

use tenure_core::settings::Settings;
use tenure_core::time::Span;

use super::words;

/// All moments here are spans from Friday, 0:00.
const SIGNS_IN: Span = Span::from_hours(9);
const LEAVES: Span = Span::from_hours(18);
const MONDAY: Span = Span::from_hours(3 * 24 + 9);
const WEEK_DAYS: [&str; 7] = ["Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday"];
/// Up to here a day has a name without ambiguity.
const NAMED: Span = Span::from_days(6);

/// After how long somebody is back who has left, and how that is called.
const RETURNS: [(Span, &str); 4] = [
    (Span::from_hours(1), "an hour later"),
    (Span::from_hours(15), "the next morning"),
    (Span::from_days(4), "after four days"),
    (Span::from_days(14), "after two weeks"),
];

/// What ends the session of somebody who signs in at nine, stays active until six, and leaves.
struct End {
    at: Span,
    idle: bool,
}

impl End {
    fn of(s: &Settings) -> Self {
        let absolute = plus(SIGNS_IN, s.absolute_lifetime);
        match s.idle_timeout.map(|idle| plus(LEAVES, idle)) {
            Some(idle) if idle < absolute => Self { at: idle, idle: true },
            _ => Self { at: absolute, idle: false },
        }
    }
}

/// Friday evening to Monday morning.
pub(super) fn friday(s: &Settings) -> String {
    let end = End::of(s);
    let absolute = words(s.absolute_lifetime);
    if !end.idle && end.at <= LEAVES {
        return format!(
            "A user who signs in on Friday at 9:00 and works on has to sign in again {}, and so every {absolute}.",
            moment(end.at)
        );
    }
    let why = match s.idle_timeout {
        Some(idle) if end.idle => format!("after {} without activity", words(idle)),
        _ => format!("{absolute} after the sign-in, whatever happens"),
    };
    let leaves = "A user who signs in on Friday at 9:00 and closes the laptop at 18:00";
    // At its end a session is over.
    if end.at > MONDAY {
        format!(
            "{leaves} is still signed in on Monday at 9:00. Without them the session ends {}, {why}.",
            moment(end.at)
        )
    } else {
        format!("{leaves} must sign in again on Monday: the session ends {}, {why}.", moment(end.at))
    }
}

/// After which absences one is still signed in.
pub(super) fn coming_back(s: &Settings) -> String {
    let end = End::of(s);
    let (yes, no): (Vec<_>, Vec<_>) = RETURNS.iter().partition(|(away, _)| plus(LEAVES, *away) < end.at);
    let list =
        |of: Vec<&(Span, &'static str)>| of.iter().map(|(_, when)| *when).collect::<Vec<_>>().join(", ");
    match (yes.is_empty(), no.is_empty()) {
        (true, _) => "Must sign in again an hour later already.".to_owned(),
        (_, true) => format!("Still signed in {}.", list(yes)),
        _ => format!("Still signed in {}. Must sign in again {}.", list(yes), list(no)),
    }
}

fn plus(a: Span, b: Span) -> Span {
    Span::from_millis(a.millis().saturating_add(b.millis()))
}

/// `on Saturday at 18:30`, or how many days later.
fn moment(at: Span) -> String {
    let secs = at.secs();
    if at >= NAMED {
        let days = (secs - LEAVES.secs()) / 86_400;
        return format!("{days} days later");
    }
    let day = WEEK_DAYS[(secs / 86_400) as usize];
    let (hour, minute, second) = (secs / 3600 % 24, secs / 60 % 60, secs % 60);
    match second {
        0 => format!("on {day} at {hour}:{minute:02}"),
        second => format!("on {day} at {hour}:{minute:02}:{second:02}"),
    }
}
