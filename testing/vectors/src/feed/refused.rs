//! What is not exactly of the shape is refused as a whole, and leaves the reader as it was (rule 5).

use serde_json::{Value, json};

use crate::course::Course;
use crate::known::NOW;
use crate::message::{HOME, Message, entry};

const MIB: usize = 1024 * 1024;

pub(super) fn all() -> Vec<Course> {
    let mut courses = vec![];
    let mut refused = |name: &str, why: &str, messages: Vec<Message>| {
        let course = Course::following(format!("refused-{}", name.replace('_', "-")), why);
        let course = messages.into_iter().fold(course, |course, message| course.message(message, "refused"));
        courses.push(unchanged(course));
    };
    for member in ["after", "cursor", "head", "as_of", "entries"] {
        let missing = good().without(member);
        let of_types = |values: &[Value]| {
            values.iter().map(|value| good().with(member, value.clone())).collect::<Vec<_>>()
        };
        let wrong = match member {
            "as_of" => {
                of_types(&[json!(null), json!(true), json!("1764111600"), json!([]), json!({}), json!(1.5)])
            }
            "entries" => of_types(&[json!(null), json!(true), json!("[]"), json!(7), json!({})]),
            // `null` is right for `after`, beside `reset`.
            _ => of_types(&[json!(null), json!(true), json!(4), json!([]), json!({}), json!("")]),
        };
        refused(
            member,
            &format!("`{member}` is missing or of another type."),
            [vec![missing], wrong].concat(),
        );
    }
    let cursors = [
        "4",
        "-4",
        "00000000c0ffee00",
        "00000000c0ffee00-",
        "0000000c0ffee00-4",
        "000000000c0ffee00-4",
        "00000000C0FFEE00-4",
        "00000000c0ffee0g-4",
        "00000000c0ffee00-+4",
        "00000000c0ffee00--4",
        "00000000c0ffee00- 4",
        "00000000c0ffee00-4 ",
        "00000000c0ffee00-4.0",
        "00000000c0ffee00-0x4",
        "00000000c0ffee00-4-4",
        "00000000c0ffee00_4",
        "00000000c0ffee00-٤",
        "00000000c0ffee00-99999999999999999999",
    ];
    let cursors =
        cursors.iter().map(|cursor| good().with("cursor", (*cursor).into()).with("head", (*cursor).into()));
    refused("cursors", "A cursor is 16 small hex digits, a dash, and a number in digits.", cursors.collect());

    let far = |message: Message| message.with("head", format!("{HOME}-9").into());
    refused(
        "numbers",
        "`n` rises, and lies between `after` and `cursor`.",
        vec![
            far(Message::after(3, 6).end(5, "s_5").end(4, "s_4")),
            far(Message::after(3, 6).end(4, "s_4").end(4, "s_5")),
            far(Message::after(3, 6).end(3, "s_4")),
            far(Message::after(3, 6).end(7, "s_4")),
            far(Message::after(3, 6).end(4, "s_4").end(900, "s_5")),
            Message::start(4).end(5, "s_5"),
            Message::start(4).end(0, "s_5"),
        ],
    );
    refused(
        "bounds",
        "A message does not end before it begins, nor beyond the head.",
        vec![
            Message::after(5, 4).head(9),
            Message::after(3, 6).end(4, "s_4").head(5),
            Message::start(6).end(4, "s_4").head(5),
        ],
    );
    refused(
        "reset",
        "`reset` is there where `after` is `null`, for one of three reasons, and nowhere else.",
        vec![
            Message::start(4).without("reset"),
            Message::reset("because", HOME, 4),
            Message::reset("", HOME, 4),
            Message::start(4).with("reset", true.into()),
            good().with("reset", "start".into()),
        ],
    );
    let with = |value: Value| good().entry(value);
    refused(
        "subjects",
        "An entry has exactly one subject.",
        vec![
            with(entry(5, json!({}))),
            with(entry(5, json!({ "device": "d_1" }))),
            with(entry(5, json!({ "sid": "s_5", "sub": "user-7", "iat": NOW }))),
            with(entry(5, json!({ "sid": "s_5", "kid": "k-1" }))),
            with(entry(5, json!({ "app": "shop", "sub": "user-7", "iat": NOW }))),
            with(entry(5, json!({ "sid": "s_5", "sub": "user-7", "app": "shop", "kid": "k-1", "iat": NOW }))),
            with(entry(5, json!({ "sub": "user-7" }))),
            with(entry(5, json!({ "app": "shop" }))),
        ],
    );
    let changed = |member: &str, value: Value| {
        let mut entry = entry(5, json!({ "sid": "s_5" }));
        entry[member] = value;
        with(entry)
    };
    let without = |member: &str| {
        let mut entry = entry(5, json!({ "sid": "s_5" }));
        entry.as_object_mut().expect("an entry is an object").remove(member);
        with(entry)
    };
    let mut wrong = vec![
        without("n"),
        without("at"),
        without("until"),
        changed("n", json!(-5)),
        changed("n", json!(4.5)),
    ];
    for member in ["n", "at", "until", "sid"] {
        wrong.extend([json!(true), json!([]), json!({})].map(|value| changed(member, value)));
    }
    wrong.extend(["n", "at", "until"].map(|member| changed(member, json!("5"))));
    wrong.extend(["n", "at", "until"].map(|member| changed(member, json!(null))));
    wrong.push(changed("sid", json!(7)));
    wrong.extend(["sub", "app"].map(|name| with(entry(5, json!({ name: "x", "iat": "now" })))));
    wrong.extend(["sub", "app"].map(|name| with(entry(5, json!({ name: "x", "iat": true })))));
    wrong.extend(["sub", "app"].map(|name| with(entry(5, json!({ name: "x", "iat": null })))));
    wrong.extend(["sub", "app"].map(|name| with(entry(5, json!({ name: 7, "iat": NOW })))));
    wrong.push(with(entry(5, json!({ "kid": 7 }))));
    refused("entry-types", "A member of an entry that is missing or of another type.", wrong);
    refused(
        "no-entries",
        "An entry is an object.",
        vec![with(json!(null)), with(json!("s_5")), with(json!(5)), with(json!([]))],
    );

    courses.push(texts());
    courses.extend(sizes());
    courses.push(recovers());
    courses
}

/// The next message, with an entry.
fn good() -> Message {
    Message::after(3, 5).end(4, "s_4").told_at(1)
}

/// The reader is as [`Course::following`] left it, and goes on.
fn unchanged(course: Course) -> Course {
    let course = course
        .cursor("00000000c0ffee00-3")
        .entries(0)
        .session("s_4", "valid")
        .session("s_5", "valid")
        .fresh(true);
    course.begin().message(good(), "applied").session("s_4", "revoked")
}

fn texts() -> Course {
    let course = Course::following("refused-texts", "A text that is no JSON object, or more than one.");
    let text = good().json().to_string();
    let course = ["", " ", "null", "true", "7", "\"\"", "[]", "{}", "{", "<html></html>", "data: {}"]
        .into_iter()
        .fold(course, |course, text| course.refused_text(text));
    let course = course
        .refused_text(format!("[{text}]"))
        .refused_text(format!("{text}{text}"))
        .refused_text(format!("{text}x"))
        .refused_text(format!("\u{FEFF}{text}"))
        .refused_text(text.replace('"', "'"))
        .refused_text(text.replacen("{", "{,", 1))
        .refused_text(text.replace(&format!("{}", NOW + 1), "NaN"))
        .refused_text(text.replace(&format!("{}", NOW + 1), "1e999"));
    unchanged(course.refused_repeat("[", 100_000).refused_repeat("{\"a\":", 100_000))
}

fn sizes() -> [Course; 2] {
    let name = "refused-more-than-1-mib";
    let over = Course::following(name, "A good message that is one byte too long.").padded(
        good(),
        MIB + 1,
        "refused",
    );
    let name = "refused-not-at-1-mib";
    let at = Course::following(name, "A message may have 1 MiB.").padded(good(), MIB, "applied");
    [unchanged(over), at.session("s_4", "revoked")]
}

fn recovers() -> Course {
    let why = "What is refused changes nothing: what was known stays known, grows stale in its time, and goes on after the cursor.";
    Course::following("refused-then-recovery", why)
        .message(good(), "applied")
        .advance(8)
        .refused_text("{")
        .message(Message::quiet(5).told_at(9).without("head"), "refused")
        .fresh(true)
        .session("s_4", "revoked")
        .advance(4)
        .fresh(false)
        .session("s_4", "revoked")
        .begin()
        .message(Message::quiet(5).told_at(12), "quiet")
        .fresh(true)
        .cursor("00000000c0ffee00-5")
}
