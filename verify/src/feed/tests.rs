//! The courses of the feed that every reader of Tenure agrees on: `vectors/feed.json`.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::frozen_clock::FrozenClock;
use crate::limits::{SKEW_SECS, STALE_AFTER_SECS};

/// What the clock shows when a course begins, in Unix seconds.
const BEGINNING: i64 = 1_764_111_600;

#[derive(Deserialize)]
struct Course {
    name: String,
    why: String,
    app: String,
    steps: Vec<Step>,
}

/// One of these; an element of another shape is a failure.
#[derive(Deserialize, Debug)]
#[serde(untagged, deny_unknown_fields)]
enum Step {
    Begin { begin: bool },
    Advance { advance: u32 },
    Wall { wall: i64 },
    Message { message: Value, outcome: String, bytes: Option<usize> },
    Text { text: String, outcome: String },
    Repeat { repeat: (String, usize), outcome: String },
    Token { token: Token, now: i64, verdict: String },
    Fresh { fresh: bool },
    Cursor { cursor: Option<String> },
    Entries { entries: usize },
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Token {
    sid: Option<String>,
    sub: String,
    iat: f64,
    kid: String,
}

/// A reader on its course.
struct Run<'c> {
    app: &'c str,
    clock: FrozenClock,
    feed: Feed,
}

impl Run<'_> {
    /// What came of a step, and what should have.
    fn take(&self, step: &Step) -> (String, String) {
        match step {
            Step::Begin { begin } => {
                assert!(begin);
                self.feed.begin();
            }
            Step::Advance { advance } => self.clock.advance_secs(*advance),
            Step::Wall { wall } => self.clock.set_wall(*wall),
            Step::Message { message, outcome, bytes } => {
                let mut text = message.to_string();
                text.push_str(&" ".repeat(bytes.unwrap_or(0).saturating_sub(text.len())));
                return (self.outcome(&text), outcome.clone());
            }
            Step::Text { text, outcome } => return (self.outcome(text), outcome.clone()),
            Step::Repeat { repeat: (text, times), outcome } => {
                return (self.outcome(&text.repeat(*times)), outcome.clone());
            }
            Step::Token { token, now, verdict } => {
                assert!((*now + SKEW_SECS) as f64 >= token.iat, "it is good otherwise");
                return (self.verdict(token).to_owned(), verdict.clone());
            }
            Step::Fresh { fresh } => {
                let is_fresh = self.feed.is_fresh(STALE_AFTER_SECS * 1_000, self.clock.elapsed());
                return (is_fresh.to_string(), fresh.to_string());
            }
            Step::Cursor { cursor } => return (format!("{:?}", self.feed.cursor()), format!("{cursor:?}")),
            Step::Entries { entries } => return (self.entries().to_string(), entries.to_string()),
        }
        Default::default()
    }

    fn outcome(&self, text: &str) -> String {
        let outcome = Message::read(text.as_bytes()).map(|message| self.feed.take(&message));
        let name = match outcome {
            Ok(Outcome::Applied) => "applied",
            Ok(Outcome::Reset(_)) => "reset",
            Ok(Outcome::Quiet) => "quiet",
            Ok(Outcome::Seen) => "seen",
            Ok(Outcome::Gap) => "gap",
            Ok(Outcome::Foreign) => "foreign",
            Err(_) => "refused",
        };
        name.to_owned()
    }

    fn verdict(&self, token: &Token) -> &'static str {
        let Token { sid, sub, iat, kid } = token;
        let (session, key) = (sid.as_deref(), Some(kid.as_str()));
        // As claims are read.
        let issued_at = iat.ceil() as i64;
        let is_refused = self.feed.refuses(&Bearer { session, user: sub, app: self.app, key, issued_at });
        if is_refused { "revoked" } else { "valid" }
    }

    fn entries(&self) -> usize {
        let mut revoked = self.feed.revoked.write().expect("nobody panicked");
        self.feed.forget(&self.feed.reader(), &mut revoked);
        revoked.len()
    }
}

#[test]
fn every_course_goes_as_it_should() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/feed.json");
    let text = std::fs::read_to_string(&path).expect("the courses are there");
    let courses: Vec<Course> = serde_json::from_str(&text).expect("the courses are of their format");
    assert!(courses.len() > 50, "only {} courses", courses.len());
    let mut wrong = Vec::new();
    for course in &courses {
        let clock = FrozenClock::at(BEGINNING);
        let feed = Feed::new(Clock::Frozen(clock.clone()), Epoch::default(), Meter::default());
        let run = Run { app: &course.app, clock, feed };
        for (number, step) in course.steps.iter().enumerate() {
            let (is, should_be) = run.take(step);
            if is != should_be {
                wrong.push(format!("{} step {number}: {is}, not {should_be}: {}", course.name, course.why));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
