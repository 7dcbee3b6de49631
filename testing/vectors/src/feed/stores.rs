//! Beginning anew, and messages of another store (rules 2 and 4).

use serde_json::json;

use crate::course::Course;
use crate::message::{ABROAD, HOME, Message, entry, place};

pub(super) fn all() -> Vec<Course> {
    let held = |name: &str, why: &str| {
        Course::following(name, why).message(Message::after(3, 5).end(4, "s_4").told_at(1), "applied")
    };
    vec![
        held("stores-reset-keeps-what-is-held", "A message that begins anew takes nothing away: what was revoked stays so until its `until`.")
            .message(Message::reset("fell_behind", HOME, 900).end(890, "s_890").told_at(2), "reset")
            .cursor(&place(HOME, 900))
            .entries(2)
            .session("s_4", "revoked")
            .session("s_890", "revoked")
            .fresh(true),
        held("stores-reset-to-an-earlier-number", "A store that was restored may be behind the cursor: its own is taken, and what was held is kept.")
            .message(Message::reset("other_store", HOME, 2).end(1, "s_1").told_at(2), "reset")
            .cursor(&place(HOME, 2))
            .session("s_1", "revoked")
            .session("s_4", "revoked")
            .message(Message::after(2, 3).end(3, "s_3").told_at(3), "applied")
            .session("s_3", "revoked"),
        held("stores-reset-to-another-store", "From then on only that store's cursors count.")
            .message(Message::reset("other_store", ABROAD, 1).end(1, "s_1").told_at(2), "reset")
            .cursor(&place(ABROAD, 1))
            .session("s_1", "revoked")
            .session("s_4", "revoked")
            .message(Message::after(5, 6).end(6, "s_6").told_at(3), "foreign")
            .session("s_6", "valid")
            .message(Message::of(ABROAD, 1, 2).entry(entry(2, json!({ "sid": "s_2" }))).told_at(3), "applied")
            .session("s_2", "revoked")
            .fresh(true),
        held("stores-reset-in-parts", "While a store is read anew a reader is stale until the head.")
            .message(Message::reset("fell_behind", HOME, 800).head(900).told_at(2), "reset")
            .fresh(false)
            .session("s_4", "revoked")
            .message(Message::after(800, 900).told_at(3), "applied")
            .fresh(true),
        held("stores-reset-twice", "Twice is as once.")
            .message(Message::start(5).end(4, "s_4").told_at(2), "reset")
            .message(Message::start(5).end(4, "s_4").told_at(3), "reset")
            .cursor(&place(HOME, 5))
            .entries(1)
            .session("s_4", "revoked"),
        held("stores-foreign", "A message of another store that is no reset: nothing of it counts, whatever its numbers are.")
            .message(Message::of(ABROAD, 5, 6).entry(entry(6, json!({ "sid": "s_6" }))).told_at(2), "foreign")
            .message(Message::of(ABROAD, 0, 1).entry(entry(1, json!({ "sid": "s_1" }))).told_at(2), "foreign")
            .message(Message::of(ABROAD, 5, 5).told_at(2), "foreign")
            .cursor(&place(HOME, 5))
            .entries(1)
            .session("s_6", "valid")
            .session("s_1", "valid"),
        held("stores-foreign-is-not-fresh", "Another store's `as_of` does not count.")
            .advance(9)
            .message(Message::of(ABROAD, 5, 5).told_at(9), "foreign")
            .advance(3)
            .fresh(false),
        held("stores-foreign-then-anew", "After a foreign message a reader begins anew without a cursor, and keeps what it holds.")
            .message(Message::of(ABROAD, 7, 8).told_at(2), "foreign")
            .begin()
            .message(Message::reset("start", ABROAD, 8).told_at(3), "reset")
            .cursor(&place(ABROAD, 8))
            .session("s_4", "revoked")
            .fresh(true),
        held("stores-mixed", "One message is of one store.")
            .message(Message::after(5, 6).with("cursor", place(ABROAD, 6).into()).told_at(2), "refused")
            .message(Message::after(5, 6).with("head", place(ABROAD, 6).into()).told_at(2), "refused")
            .message(Message::after(5, 6).with("after", place(ABROAD, 5).into()).told_at(2), "refused")
            .message(Message::start(6).with("head", place(ABROAD, 6).into()).told_at(2), "refused")
            .cursor(&place(HOME, 5)),
    ]
}
