//! Before and while the feed is read for the first time (rules 1, 2 and 8).

use crate::course::Course;
use crate::message::Message;

pub(super) fn all() -> Vec<Course> {
    vec![
        Course::new("start-nothing-read", "A reader that has read nothing is stale, and refuses nobody.")
            .fresh(false)
            .no_cursor()
            .entries(0)
            .session("s_1", "valid")
            .advance(5)
            .fresh(false),
        Course::new("start-empty-feed", "A snapshot may be empty: then everything is known.")
            .message(Message::start(0), "reset")
            .fresh(true)
            .cursor("00000000c0ffee00-0")
            .entries(0),
        Course::new("start-snapshot", "A snapshot that ends at the head is all that there is.")
            .message(Message::start(44).end(42, "s_1").end(44, "s_2"), "reset")
            .cursor("00000000c0ffee00-44")
            .entries(2)
            .fresh(true)
            .session("s_1", "revoked")
            .session("s_2", "revoked")
            .session("s_3", "valid"),
        Course::new(
            "start-snapshot-in-parts",
            "Until the head is reached a reader is stale; what it has read already counts.",
        )
        .message(Message::start(1).end(1, "s_1").head(3), "reset")
        .fresh(false)
        .session("s_1", "revoked")
        .session("s_3", "valid")
        .begin()
        .message(Message::after(1, 2).end(2, "s_2").head(3).told_at(1), "applied")
        .fresh(false)
        .begin()
        .message(Message::after(2, 3).end(3, "s_3").told_at(2), "applied")
        .fresh(true)
        .entries(3)
        .session("s_3", "revoked"),
        Course::new(
            "start-in-the-middle",
            "A reader that holds no cursor begins with `after: null`, and with nothing else.",
        )
        .message(Message::after(0, 1).end(1, "s_1"), "foreign")
        .message(Message::quiet(0), "foreign")
        .no_cursor()
        .entries(0)
        .fresh(false)
        .session("s_1", "valid")
        .message(Message::start(1).end(1, "s_1"), "reset")
        .session("s_1", "revoked"),
        Course::new("start-refused", "A first message that is none leaves nothing behind.")
            .message(Message::start(2).end(1, "s_1").end(1, "s_2"), "refused")
            .no_cursor()
            .entries(0)
            .fresh(false)
            .session("s_1", "valid"),
    ]
}
