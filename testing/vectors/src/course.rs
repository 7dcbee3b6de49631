//! A course of the feed: what a reader meets, step by step, and what it makes of it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::known::{AUDIENCE, NOW};
use crate::message::Message;

/// What a reader meets. It begins empty.
#[derive(Serialize)]
pub struct Course {
    /// Its own in `feed.json`.
    pub name: String,
    /// What it is about, in a sentence.
    pub why: String,
    /// The app whose feed is read.
    pub app: &'static str,
    /// What happens, each with what comes of it.
    pub steps: Vec<Value>,
    /// Monotonic seconds so far.
    #[serde(skip)]
    elapsed: i64,
}

impl Course {
    pub(crate) fn new(name: impl ToString, why: impl ToString) -> Self {
        let steps = vec![json!({ "begin": true })];
        Self { name: name.to_string(), why: why.to_string(), app: AUDIENCE, steps, elapsed: 0 }
    }

    /// A reader that has read everything, which is nothing, up to number 3.
    pub(crate) fn following(name: impl ToString, why: impl ToString) -> Self {
        Self::new(name, why).message(Message::start(3), "reset").fresh(true)
    }

    /// A connection or request is begun.
    pub(crate) fn begin(self) -> Self {
        self.step(json!({ "begin": true }))
    }

    /// Time passes, by every clock.
    pub(crate) fn advance(mut self, seconds: i64) -> Self {
        self.elapsed += seconds;
        self.step(json!({ "advance": seconds }))
    }

    /// The verifier's clock is set to so many seconds after [`NOW`].
    pub(crate) fn wall(self, seconds: i64) -> Self {
        self.step(json!({ "wall": NOW + seconds }))
    }

    pub(crate) fn message(self, message: Message, outcome: &str) -> Self {
        self.step(json!({ "message": message.json(), "outcome": outcome }))
    }

    /// A message with white space after it, up to so many bytes.
    pub(crate) fn padded(self, message: Message, bytes: usize, outcome: &str) -> Self {
        self.step(json!({ "message": message.json(), "bytes": bytes, "outcome": outcome }))
    }

    /// A text that is no message.
    pub(crate) fn refused_text(self, text: impl ToString) -> Self {
        self.step(json!({ "text": text.to_string(), "outcome": "refused" }))
    }

    /// A text so many times, which is no message.
    pub(crate) fn refused_repeat(self, text: &str, times: usize) -> Self {
        self.step(json!({ "repeat": [text, times], "outcome": "refused" }))
    }

    /// A token of the session `s_1` of `user-7`, but for these members.
    pub(crate) fn token(self, members: Value, verdict: &str) -> Self {
        let mut token = json!({ "sid": "s_1", "sub": "user-7", "iat": NOW - 60, "kid": "k-1" });
        for (name, value) in members.as_object().expect("members are an object") {
            token[name] = value.clone();
        }
        // `null` stands for a member that is not there.
        token.as_object_mut().expect("it was made as one").retain(|_, value| !value.is_null());
        let now = NOW + self.elapsed;
        self.step(json!({ "token": token, "now": now, "verdict": verdict }))
    }

    /// A token of this session.
    pub(crate) fn session(self, sid: &str, verdict: &str) -> Self {
        self.token(json!({ "sid": sid }), verdict)
    }

    pub(crate) fn fresh(self, fresh: bool) -> Self {
        self.step(json!({ "fresh": fresh }))
    }

    pub(crate) fn cursor(self, cursor: &str) -> Self {
        self.step(json!({ "cursor": cursor }))
    }

    pub(crate) fn no_cursor(self) -> Self {
        self.step(json!({ "cursor": null }))
    }

    /// How many entries are held when everything that may be forgotten has been.
    pub(crate) fn entries(self, held: usize) -> Self {
        self.step(json!({ "entries": held }))
    }

    fn step(mut self, step: Value) -> Self {
        self.steps.push(step);
        self
    }
}
