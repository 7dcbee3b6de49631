//! For how long entries are held (rule 6).

use serde_json::{Value, json};

use crate::course::Course;
use crate::known::NOW;
use crate::message::{Message, entry};

const YEAR: i64 = 31_536_000;

/// An entry that matters for so many seconds.
fn until(n: u64, seconds: i64, subject: Value) -> Value {
    let mut entry = entry(n, subject);
    entry["until"] = (NOW + seconds).into();
    entry
}

pub(super) fn all() -> Vec<Course> {
    let ended = |name: &str, why: &str| {
        let message = Message::after(3, 4).entry(until(4, 100, json!({ "sid": "s_1" }))).told_at(1);
        Course::following(format!("forgetting-{name}"), why).wall(0).message(message, "applied").entries(1)
    };
    let quiet = |course: Course, at: i64| course.message(Message::quiet(4).told_at(at), "quiet");
    vec![
        quiet(
            quiet(
                ended(
                    "after-until-and-the-skew",
                    "An entry is held until 30 s after its `until`, and not for ever.",
                )
                .advance(130),
                130,
            )
            .entries(1)
            .session("s_1", "revoked")
            .advance(1),
            131,
        )
        .entries(0),
        ended(
            "not-while-the-server-is-silent",
            "Without a word from the server its time is not known, and nothing is forgotten.",
        )
        .advance(1000)
        .entries(1)
        .session("s_1", "revoked"),
        ended("not-while-as-of-stands-still", "So it is while its time stands still.")
            .advance(1000)
            .message(Message::quiet(4).told_at(1), "quiet")
            .entries(1)
            .session("s_1", "revoked"),
        quiet(
            quiet(
                ended(
                    "not-by-a-clock-that-is-ahead",
                    "A clock that was set ahead for a moment loses nothing.",
                )
                .wall(YEAR),
                2,
            )
            .entries(1)
            .session("s_1", "revoked")
            .wall(0),
            3,
        )
        .entries(1)
        .session("s_1", "revoked"),
        ended("not-by-a-server-that-is-ahead", "Nor does a server's clock.")
            .message(Message::quiet(4).told_at(YEAR), "quiet")
            .entries(1)
            .session("s_1", "revoked"),
        Course::following(
            "forgetting-the-later-until",
            "Of two entries about one session the later `until` counts.",
        )
        .wall(0)
        .message(
            Message::after(3, 5)
                .entry(until(4, 300, json!({ "sid": "s_1" })))
                .entry(until(5, 100, json!({ "sid": "s_1" })))
                .told_at(1),
            "applied",
        )
        .advance(200)
        .message(Message::quiet(5).told_at(200), "quiet")
        .session("s_1", "revoked"),
        Course::following(
            "forgetting-each-in-its-time",
            "Each kind of entry is forgotten, and none before its time.",
        )
        .wall(0)
        .message(
            Message::after(3, 7)
                .entry(until(4, 100, json!({ "sid": "s_4" })))
                .entry(until(5, 200, json!({ "sub": "user-5", "iat": NOW })))
                .entry(until(6, 300, json!({ "kid": "k-6" })))
                .entry(until(7, 400, json!({ "app": "shop", "iat": NOW - 900 })))
                .told_at(1),
            "applied",
        )
        .entries(4)
        .advance(200)
        .message(Message::quiet(7).told_at(200), "quiet")
        .entries(3)
        .token(json!({ "sub": "user-5" }), "revoked")
        .advance(100)
        .message(Message::quiet(7).told_at(300), "quiet")
        .entries(2)
        .token(json!({ "kid": "k-6" }), "revoked")
        .advance(200)
        .message(Message::quiet(7).told_at(500), "quiet")
        .entries(0),
    ]
}
