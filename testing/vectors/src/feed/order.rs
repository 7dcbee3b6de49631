//! Messages in order, twice, late, overlapping, and with some missing (rule 3).

use crate::course::Course;
use crate::message::Message;

const AT_3: &str = "00000000c0ffee00-3";
const AT_5: &str = "00000000c0ffee00-5";

pub(super) fn all() -> Vec<Course> {
    let four = || Message::after(3, 4).end(4, "s_4").told_at(1);
    let five = || Message::after(4, 5).end(5, "s_5").told_at(2);
    vec![
        Course::following("order-one-after-another", "Each message goes on where the one before it ended.")
            .message(four(), "applied")
            .session("s_4", "revoked")
            .session("s_5", "valid")
            .message(five(), "applied")
            .session("s_5", "revoked")
            .cursor(AT_5)
            .entries(2)
            .fresh(true),
        Course::following("order-twice", "A message that comes again says nothing.")
            .message(four(), "applied")
            .message(four(), "seen")
            .message(five(), "applied")
            .message(five(), "seen")
            .message(four(), "seen")
            .cursor(AT_5)
            .entries(2),
        Course::following(
            "order-exchanged",
            "The second before the first: there is a gap, and nothing of it counts until that is closed.",
        )
        .message(five(), "gap")
        .cursor(AT_3)
        .entries(0)
        .session("s_5", "valid")
        .message(four(), "applied")
        .message(five(), "applied")
        .cursor(AT_5)
        .session("s_4", "revoked")
        .session("s_5", "revoked"),
        Course::following(
            "order-gap-then-recovery",
            "After a gap one reads again after the cursor, and gets all of it.",
        )
        .message(five(), "gap")
        .begin()
        .message(Message::after(3, 5).end(4, "s_4").end(5, "s_5").told_at(3), "applied")
        .cursor(AT_5)
        .fresh(true)
        .session("s_4", "revoked"),
        Course::following(
            "order-gap-of-nothing",
            "A message without entries beyond the cursor is a gap, too: something may be before it.",
        )
        .message(Message::quiet(4).told_at(5), "gap")
        .cursor(AT_3)
        .advance(11)
        .fresh(false),
        Course::following("order-gap-is-not-fresh", "What `as_of` a gap has does not count.")
            .advance(8)
            .message(five().told_at(8), "gap")
            .advance(3)
            .fresh(false),
        Course::following(
            "order-overlapping",
            "A message that begins before the cursor and ends beyond it: what is new of it is taken.",
        )
        .message(four(), "applied")
        .message(Message::after(3, 5).end(4, "s_4").end(5, "s_5").told_at(2), "applied")
        .cursor(AT_5)
        .entries(2)
        .session("s_5", "revoked"),
        Course::following(
            "order-overlapping-says-otherwise",
            "Numbers up to the cursor were told once; what is told of them later does not count.",
        )
        .message(four(), "applied")
        .message(Message::after(1, 5).end(2, "s_2").end(4, "s_9").end(5, "s_5").told_at(2), "applied")
        .entries(2)
        .session("s_2", "valid")
        .session("s_9", "valid")
        .session("s_5", "revoked"),
        Course::following(
            "order-replayed-from-long-ago",
            "A message that ends before the cursor says nothing, whatever is in it.",
        )
        .message(Message::after(1, 2).end(2, "s_2").head(3).told_at(5), "seen")
        .message(Message::after(0, 3).end(1, "s_1").told_at(5), "seen")
        .cursor(AT_3)
        .entries(0)
        .session("s_1", "valid"),
        Course::following(
            "order-seen-is-not-fresh",
            "Nothing of a message that was seen counts, not even a later `as_of`.",
        )
        .message(four(), "applied")
        .advance(9)
        .message(Message::after(3, 4).end(4, "s_4").told_at(9), "seen")
        .advance(3)
        .fresh(false),
        Course::following(
            "order-numbers-of-others",
            "Numbers that are missing within a message are other apps'.",
        )
        .message(Message::after(3, 900).end(17, "s_17").end(512, "s_512").told_at(1), "applied")
        .cursor("00000000c0ffee00-900")
        .entries(2)
        .fresh(true),
        Course::following(
            "order-only-others",
            "A message without entries whose cursor goes on: all that happened was other apps'.",
        )
        .message(Message::after(3, 5).told_at(1), "applied")
        .cursor(AT_5)
        .fresh(true)
        .message(Message::quiet(5).told_at(2), "quiet"),
        Course::following(
            "order-numbers-are-numbers",
            "Cursors are compared as numbers, not as text: 10 comes after 9.",
        )
        .message(Message::after(3, 9).told_at(1), "applied")
        .message(Message::after(9, 10).end(10, "s_10").told_at(2), "applied")
        .message(Message::after(3, 9).told_at(3), "seen")
        .cursor("00000000c0ffee00-10")
        .session("s_10", "revoked"),
        Course::following(
            "order-cut-off",
            "A message that is cut off in the middle is none, and the whole one is taken later.",
        )
        .refused_text(cut(&four()))
        .cursor(AT_3)
        .begin()
        .message(four(), "applied")
        .session("s_4", "revoked"),
    ]
}

fn cut(message: &Message) -> String {
    let text = message.clone().json().to_string();
    text[..text.len() / 2].to_owned()
}
