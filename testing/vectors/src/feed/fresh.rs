//! When a reader knows everything (rule 7), by its own clock that only goes forward.

use crate::course::Course;
use crate::message::Message;

const YEAR: i64 = 31_536_000;

pub(super) fn all() -> Vec<Course> {
    [bound(), time(), head()].into_iter().flatten().collect()
}

fn bound() -> Vec<Course> {
    vec![
        Course::following(
            "fresh-for-ten-seconds",
            "Ten seconds are the bound: fresh at it, stale a second later.",
        )
        .advance(10)
        .fresh(true)
        .advance(1)
        .fresh(false),
        Course::following("fresh-by-quiet-messages", "A quiet feed stays fresh by messages without entries.")
            .advance(9)
            .message(Message::quiet(3).told_at(9), "quiet")
            .advance(9)
            .message(Message::quiet(3).told_at(18), "quiet")
            .advance(10)
            .fresh(true)
            .cursor("00000000c0ffee00-3")
            .advance(1)
            .fresh(false),
        Course::new(
            "fresh-since-the-request",
            "The first message may have been made right after the request, however late it comes.",
        )
        .advance(8)
        .message(Message::start(3), "reset")
        .fresh(true)
        .advance(2)
        .fresh(true)
        .advance(1)
        .fresh(false),
        Course::new(
            "fresh-too-late",
            "A first message that comes more than the bound after its request says nothing about now.",
        )
        .advance(11)
        .message(Message::start(3).end(1, "s_1"), "reset")
        .fresh(false)
        .session("s_1", "revoked")
        .message(Message::quiet(3).told_at(5), "quiet")
        .fresh(true),
        Course::following(
            "fresh-by-the-difference",
            "A later message is later by the difference of `as_of`, not by when it arrives.",
        )
        .advance(9)
        .message(Message::quiet(3).told_at(4), "quiet")
        .advance(5)
        .fresh(true)
        .advance(1)
        .fresh(false),
        Course::following(
            "fresh-gathered",
            "Ten messages that a proxy has gathered make a reader as fresh as the last of them.",
        )
        .advance(20)
        .fresh(false)
        .message(Message::quiet(3).told_at(3), "quiet")
        .fresh(false)
        .message(Message::quiet(3).told_at(6), "quiet")
        .message(Message::quiet(3).told_at(9), "quiet")
        .fresh(false)
        .message(Message::quiet(3).told_at(10), "quiet")
        .fresh(true)
        .advance(1)
        .fresh(false),
        Course::following(
            "fresh-again-on-a-new-connection",
            "After a silence a new request makes a reader fresh as of its beginning.",
        )
        .advance(100)
        .fresh(false)
        .begin()
        .advance(2)
        .message(Message::quiet(3).told_at(101), "quiet")
        .fresh(true)
        .advance(8)
        .fresh(true)
        .advance(1)
        .fresh(false),
        Course::following(
            "fresh-stays-while-connecting",
            "A connection that is begun takes nothing away, and gives nothing.",
        )
        .advance(5)
        .begin()
        .fresh(true)
        .advance(5)
        .begin()
        .fresh(true)
        .advance(1)
        .begin()
        .fresh(false),
        Course::following("fresh-does-not-revoke", "Stale is not empty: what is known stays known.")
            .message(Message::after(3, 4).end(4, "s_1").told_at(1), "applied")
            .advance(60)
            .fresh(false)
            .entries(1)
            .session("s_1", "revoked")
            .session("s_2", "valid"),
    ]
}

fn time() -> Vec<Course> {
    vec![
        Course::following(
            "fresh-as-of-stands-still",
            "While the store cannot be read `as_of` stands still, and messages make nothing fresher.",
        )
        .advance(4)
        .message(Message::quiet(3), "quiet")
        .advance(4)
        .message(Message::quiet(3), "quiet")
        .advance(2)
        .fresh(true)
        .advance(1)
        .message(Message::quiet(3), "quiet")
        .fresh(false),
        Course::following("fresh-as-of-stands-still-on-a-new-connection", "Nor does asking again help.")
            .advance(11)
            .begin()
            .message(Message::quiet(3), "quiet")
            .fresh(false)
            .begin()
            .message(Message::start(3), "reset")
            .fresh(false),
        Course::following(
            "fresh-as-of-goes-back",
            "An `as_of` before the greatest that was seen does not count; the entries beside it do.",
        )
        .advance(3)
        .message(Message::quiet(3).told_at(3), "quiet")
        .advance(6)
        .message(Message::after(3, 4).end(4, "s_1").told_at(-100), "applied")
        .session("s_1", "revoked")
        .advance(4)
        .fresh(true)
        .advance(1)
        .fresh(false)
        .message(Message::quiet(4).told_at(14), "quiet")
        .fresh(true),
        Course::following(
            "fresh-as-of-jumps-ahead",
            "A server's clock that is set ahead makes nobody fresh beyond now.",
        )
        .advance(1)
        .message(Message::quiet(3).told_at(YEAR), "quiet")
        .advance(10)
        .fresh(true)
        .advance(1)
        .fresh(false),
        Course::following(
            "fresh-wall-clock-back",
            "The verifier's time of day is not asked: it may be set back…",
        )
        .wall(-YEAR)
        .fresh(true)
        .advance(10)
        .fresh(true)
        .advance(1)
        .fresh(false)
        .begin()
        .message(Message::quiet(3).told_at(11), "quiet")
        .fresh(true),
        Course::following("fresh-wall-clock-ahead", "… or ahead.")
            .wall(YEAR)
            .fresh(true)
            .advance(10)
            .fresh(true)
            .advance(1)
            .fresh(false),
        Course::new("fresh-wall-clock-wrong-from-the-start", "Or be wrong by years from the beginning.")
            .wall(-20 * YEAR)
            .message(Message::start(3), "reset")
            .fresh(true)
            .advance(10)
            .fresh(true)
            .advance(1)
            .fresh(false),
    ]
}

fn head() -> Vec<Course> {
    vec![
        Course::following(
            "fresh-head-ahead",
            "With the head ahead of the cursor something is known to be missing.",
        )
        .message(Message::after(3, 4).end(4, "s_4").head(6).told_at(1), "applied")
        .fresh(false)
        .session("s_4", "revoked")
        .message(Message::after(4, 6).end(5, "s_5").told_at(2), "applied")
        .fresh(true),
        Course::following("fresh-head-ahead-of-a-quiet-message", "So it is beside no entries.")
            .message(Message::quiet(3).head(4).told_at(1), "quiet")
            .fresh(false)
            .message(Message::after(3, 4).told_at(2), "applied")
            .fresh(true),
        Course::following(
            "fresh-head-moves-while-reading",
            "The head may move on while one reads; only reaching it counts.",
        )
        .message(Message::after(3, 4).head(5).told_at(1), "applied")
        .message(Message::after(4, 5).head(6).told_at(2), "applied")
        .fresh(false)
        .message(Message::after(5, 6).head(6).told_at(2), "applied")
        .fresh(true),
        Course::following(
            "fresh-head-of-what-was-seen",
            "The head of a message that was seen does not count.",
        )
        .message(Message::after(3, 4).told_at(1), "applied")
        .message(Message::after(3, 4).head(9).told_at(1), "seen")
        .fresh(true),
    ]
}
