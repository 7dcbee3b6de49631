//! Whose tokens an entry refuses.

use serde_json::{Value, json};

use crate::course::Course;
use crate::known::NOW;
use crate::message::{Message, entry};

pub(super) fn all() -> Vec<Course> {
    let told = |name: &str, why: &str, subject: Value| {
        let message = Message::after(3, 4).entry(entry(4, subject)).told_at(1);
        Course::following(format!("subjects-{name}"), why).message(message, "applied").entries(1)
    };
    let mut courses = vec![
        told(
            "session",
            "A session's tokens, whenever they were issued; nobody else's.",
            json!({ "sid": "s_1" }),
        )
        .session("s_1", "revoked")
        .token(json!({ "iat": NOW + 20 }), "revoked")
        .token(json!({ "iat": 0 }), "revoked")
        .token(json!({ "sub": "user-8" }), "revoked")
        .session("s_2", "valid")
        .token(json!({ "sid": null }), "valid")
        .token(json!({ "sid": null, "sub": "s_1" }), "valid")
        .token(json!({ "sid": null, "kid": "s_1" }), "valid"),
        told(
            "user",
            "A user's tokens up to `iat`, in every session; later ones are good.",
            json!({ "sub": "user-7", "iat": NOW - 60 }),
        )
        .token(json!({ "iat": NOW - 61 }), "revoked")
        .token(json!({ "iat": NOW - 60 }), "revoked")
        .token(json!({ "iat": NOW - 59 }), "valid")
        .token(json!({ "iat": NOW - 61, "sid": "s_2" }), "revoked")
        .token(json!({ "iat": NOW - 61, "sid": null }), "revoked")
        .token(json!({ "iat": NOW - 61, "sub": "user-8" }), "valid")
        .token(json!({ "iat": NOW - 61, "sub": "user-8", "sid": "user-7" }), "valid"),
        told(
            "user-between-two-seconds",
            "`iat` of a token may have a fraction, and it counts.",
            json!({ "sub": "user-7", "iat": NOW }),
        )
        .token(json!({ "iat": NOW as f64 - 0.5 }), "revoked")
        .token(json!({ "iat": NOW as f64 + 0.5 }), "valid"),
        told("app", "All tokens of the app up to `iat`.", json!({ "app": "shop", "iat": NOW }))
            .token(json!({ "iat": NOW }), "revoked")
            .token(json!({ "iat": NOW, "sid": "s_2", "sub": "user-8", "kid": "k-2" }), "revoked")
            .token(json!({ "iat": NOW, "sid": null }), "revoked")
            .token(json!({ "iat": NOW + 1 }), "valid"),
        told(
            "another-app",
            "An entry about another app refuses nothing here.",
            json!({ "app": "other", "iat": NOW }),
        )
        .token(json!({}), "valid")
        .token(json!({ "sid": "other", "sub": "other" }), "valid"),
        told("key", "All tokens that a key signed, whenever they were issued.", json!({ "kid": "k-1" }))
            .token(json!({}), "revoked")
            .token(json!({ "iat": NOW + 20, "sid": null, "sub": "user-8" }), "revoked")
            .token(json!({ "kid": "k-2" }), "valid")
            .token(json!({ "kid": "k-2", "sid": "k-1", "sub": "k-1" }), "valid"),
        told(
            "iat-beside-a-session",
            "`iat` means nothing beside a session.",
            json!({ "sid": "s_1", "iat": NOW - 900 }),
        )
        .token(json!({ "iat": NOW }), "revoked"),
        told(
            "unknown-members",
            "Members that are not known are ignored.",
            json!({ "sid": "s_1", "why": "theft", "more": [1, { "sub": "user-8" }] }),
        )
        .session("s_1", "revoked")
        .token(json!({ "sid": "s_2", "sub": "user-8" }), "valid"),
    ];
    courses.push(
        Course::following(
            "subjects-unknown-members-of-a-message",
            "Members of a message that are not known are ignored.",
        )
        .message(
            Message::after(3, 4).end(4, "s_1").told_at(1).with("more", json!({ "sid": "s_2" })),
            "applied",
        )
        .session("s_1", "revoked")
        .session("s_2", "valid"),
    );
    courses.extend(several());
    courses.push(exactly());
    courses
}

fn several() -> [Course; 2] {
    let up_to = |n: u64, iat: i64| entry(n, json!({ "sub": "user-7", "iat": iat }));
    [
        Course::following(
            "subjects-later-then-earlier",
            "Of two entries about one user the later `iat` counts, in whichever order they come.",
        )
        .message(Message::after(3, 4).entry(up_to(4, NOW)).told_at(1), "applied")
        .message(Message::after(4, 5).entry(up_to(5, NOW - 100)).told_at(2), "applied")
        .token(json!({ "iat": NOW - 50 }), "revoked")
        .token(json!({ "iat": NOW + 1 }), "valid"),
        Course::following("subjects-all-kinds", "One message may have entries of every kind.")
            .message(
                Message::after(3, 8)
                    .end(4, "s_4")
                    .entry(entry(5, json!({ "sub": "user-5", "iat": NOW })))
                    .entry(entry(6, json!({ "kid": "k-6" })))
                    .entry(entry(8, json!({ "app": "other", "iat": NOW })))
                    .told_at(1),
                "applied",
            )
            .session("s_4", "revoked")
            .token(json!({ "sub": "user-5" }), "revoked")
            .token(json!({ "kid": "k-6" }), "revoked")
            .token(json!({}), "valid")
            .cursor("00000000c0ffee00-8"),
    ]
}

fn exactly() -> Course {
    let course = Course::following(
        "subjects-compared-exactly",
        "Subjects are compared as text: no case, no form, no white space is made equal.",
    )
    .message(
        Message::after(3, 5).end(4, "s_é").entry(entry(5, json!({ "sub": "Ada", "iat": NOW }))).told_at(1),
        "applied",
    )
    .session("s_é", "revoked")
    .token(json!({ "sub": "Ada" }), "revoked");
    let course = ["s_e\u{301}", "s_É", "S_é", "s_é ", " s_é", "s_", "s_é\0"]
        .into_iter()
        .fold(course, |course, sid| course.session(sid, "valid"));
    let course = ["ada", "ADA", "Ada ", "Ad", "Adaa"]
        .into_iter()
        .fold(course, |course, sub| course.token(json!({ "sub": sub }), "valid"));
    ["__proto__", "constructor", "toString", "hasOwnProperty"]
        .into_iter()
        .fold(course, |course, name| course.token(json!({ "sid": name, "sub": name, "kid": name }), "valid"))
}
