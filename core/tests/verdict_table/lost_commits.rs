//! A store that lost commits: tokens newer than the row (rows 8 and 9).

use tenure_core::policy::Activity;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::KeyState::{Active, Retired, Verify};
use tenure_core::rotate::{Notice, Recovery, Served};
use tenure_core::time::Timestamp;

use crate::case::{Ask, Case, Given, KEY, NONE, OTHER, REUSED, STRICT, Step, Verdict, ask, serves};

/// Token 1 was used; the store went back, and token 1 was used again: number 2 was given out twice, and the row knows the
/// second one (token 3 of this table).
const TWO_OF_A_NUMBER: &[Step] = &[Step::Use(1, KEY, 1_000), Step::Restore(0), Step::Use(1, KEY, 2_000)];

/// Recovery opened so many milliseconds after the start.
const fn open(at_ms: i64, ahead: u32) -> Given {
    Given { recovery: Recovery::Open { opened_at: Timestamp::from_millis(at_ms), ahead }, ..STRICT }
}

/// Restored from a backup that was made so many milliseconds after the start.
const fn awaited(made_at_ms: i64) -> Given {
    Given { recovery: Recovery::Awaited { since: Timestamp::from_millis(made_at_ms) }, ..STRICT }
}
const AWAITED: Given = awaited(0);

/// Three tokens used; then the store goes back to after the first use (token 2 current, rotated at 1 s).
const LOST_TWO: &[Step] =
    &[Step::Use(1, KEY, 1_000), Step::Use(2, KEY, 2_000), Step::Use(3, KEY, 3_000), Step::Restore(1)];

const fn adopted(name: &'static str, given: Given, story: &'static [Step], asks: Ask, seq: u32) -> Case {
    let verdict = serves(Served::FastForwarded, seq, asks.at);
    Case { row: 8, name, given, story, asks, verdict, notice: Some(Notice::FastForward) }
}

const fn not_now(name: &'static str, given: Given, story: &'static [Step], asks: Ask) -> Case {
    let verdict = Verdict::Refuses(Refusal::OutOfSync);
    Case { row: 9, name, given, story, asks, verdict, notice: Some(Notice::OutOfSync) }
}

/// Rows 8 and 9.
pub(crate) const LOST_COMMITS: &[Case] = &[
    adopted("two ahead", open(5_000, 2), LOST_TWO, ask(4, KEY, 9_000), 5),
    adopted("one ahead: a retry whose commit was lost", open(5_000, 2), LOST_TWO, ask(3, KEY, 9_000), 4),
    adopted("opened a millisecond after the row", open(1_001, 2), LOST_TWO, ask(4, KEY, 9_000), 5),
    adopted("no key", open(5_000, 9), LOST_TWO, ask(4, None, 9_000), 5),
    not_now("recovery is closed", STRICT, LOST_TWO, ask(4, KEY, 9_000)),
    not_now("further ahead than allowed", open(5_000, 1), LOST_TWO, ask(4, KEY, 9_000)),
    not_now("the row was written as recovery opened", open(1_000, 2), LOST_TWO, ask(4, KEY, 9_000)),
    not_now("the row was written after recovery opened", open(500, 2), LOST_TWO, ask(4, KEY, 9_000)),
    not_now(
        "another node rotated under a key that this one does not hold yet",
        STRICT,
        &[Step::Ring(&[(1, Verify), (2, Active)]), Step::Use(1, KEY, 1_000), Step::Ring(&[(1, Active)])],
        ask(1, KEY, 2_000),
    ),
    not_now("the current number on another token", STRICT, TWO_OF_A_NUMBER, ask(2, KEY, 9_000)),
    not_now("the same, without a key", open(500, 2), TWO_OF_A_NUMBER, ask(2, None, 9_000)),
    adopted("the current number on another token", open(5_000, 0), TWO_OF_A_NUMBER, ask(2, KEY, 9_000), 3),
    not_now("nobody has said yet what is to become of what was lost", AWAITED, LOST_TWO, ask(4, KEY, 9_000)),
    not_now("a session that the store may have lost", AWAITED, &[Step::Forget], ask(1, KEY, 9_000)),
    not_now(
        "the same, made in the second of the backup",
        awaited(999),
        &[Step::Use(1, KEY, 1), Step::Forget],
        ask(1, NONE, 9_000),
    ),
    refused(
        10,
        "made before the backup",
        awaited(1_000),
        &[Step::Forget],
        ask(1, KEY, 9_000),
        Refusal::Unknown,
    ),
    refused(
        10,
        "somebody has said so",
        open(5_000, 9),
        &[Step::Forget],
        ask(1, KEY, 9_000),
        Refusal::Unknown,
    ),
    Case {
        row: 3,
        name: "recovery is no business of the current token",
        given: open(5_000, 2),
        story: LOST_TWO,
        asks: ask(2, KEY, 9_000),
        verdict: serves(Served::Rotated, 3, 9_000),
        notice: None,
    },
    adopted(
        "idle by the row, which is older than its token",
        open(2 * HOUR, 2),
        LOST_TWO,
        ask(4, KEY, 2 * HOUR),
        5,
    ),
    Case {
        verdict: serves(Served::FastForwarded, 5, 2 * HOUR),
        ..adopted(
            "whoever says nothing was active when it was opened, at the latest",
            open(2 * HOUR, 2),
            LOST_TWO,
            HIDDEN,
            5,
        )
    },
    adopted(
        "a millisecond before the idle end, counted from the opening",
        open(2 * HOUR, 2),
        LOST_TWO,
        ask(4, KEY, 3 * HOUR - 1),
        5,
    ),
    refused(
        2,
        "idle since it was opened",
        open(2 * HOUR, 2),
        LOST_TWO,
        ask(4, KEY, 3 * HOUR),
        Refusal::ExpiredIdle,
    ),
    refused(
        2,
        "idle: the row knows the token",
        open(2 * HOUR, 2),
        LOST_TWO,
        ask(2, KEY, 2 * HOUR),
        Refusal::ExpiredIdle,
    ),
    refused(
        2,
        "idle: a token from before",
        open(2 * HOUR, 2),
        LOST_TWO,
        ask(1, OTHER, 2 * HOUR),
        Refusal::ExpiredIdle,
    ),
    refused(
        2,
        "the absolute end is final",
        open(25 * HOUR, 2),
        LOST_TWO,
        ask(4, KEY, 24 * HOUR),
        Refusal::ExpiredIdle,
    ),
    not_now("idle by the row, and recovery is closed", STRICT, LOST_TWO, ask(4, KEY, 2 * HOUR)),
    not_now("idle by the row, and too far ahead", open(2 * HOUR, 1), LOST_TWO, ask(4, KEY, 2 * HOUR)),
    refused(
        1,
        "an end that the row knows is final",
        open(5_000, 9),
        LOST_AND_ENDED,
        ask(4, KEY, 9_000),
        SIGNED_OUT,
    ),
    adopted(
        "the row's key is retired, the token's is not",
        open(5_000, 9),
        LOST_A_KEY,
        ask(3, KEY, 9_000),
        4,
    ),
    not_now("the same while recovery is closed", STRICT, LOST_A_KEY, ask(3, KEY, 9_000)),
    refused(
        1,
        "the token's key is retired, too",
        open(5_000, 9),
        LOST_TWO_KEYS,
        ask(3, KEY, 9_000),
        KEY_RETIRED,
    ),
    Case {
        row: 11,
        name: "nor of a token that was used before",
        given: open(5_000, 2),
        story: LOST_TWO,
        asks: ask(1, OTHER, 9_000),
        verdict: REUSED,
        notice: None,
    },
];

const HOUR: i64 = 3_600_000;
const HIDDEN: Ask = Ask { activity: Activity::Hidden, ..ask(4, KEY, 2 * HOUR + 60_000) };
const SIGNED_OUT: Refusal = Refusal::Ended(EndReason::User);
const KEY_RETIRED: Refusal = Refusal::Ended(EndReason::KeyRetired);
const LOST_AND_ENDED: &[Step] = &[
    Step::Use(1, KEY, 1_000),
    Step::Use(2, KEY, 2_000),
    Step::Use(3, KEY, 3_000),
    Step::Restore(1),
    Step::End(EndReason::User),
];
/// The family moved to a new key, and the old one was retired; then the store went back behind the move.
const LOST_A_KEY: &[Step] = &[
    Step::Ring(&[(1, Verify), (2, Active)]),
    Step::Use(1, KEY, 1_000),
    Step::Use(2, KEY, 2_000),
    Step::Restore(0),
    Step::Ring(&[(1, Retired), (2, Active)]),
];
const LOST_TWO_KEYS: &[Step] = &[
    Step::Ring(&[(1, Verify), (2, Active)]),
    Step::Use(1, KEY, 1_000),
    Step::Use(2, KEY, 2_000),
    Step::Restore(0),
    Step::Ring(&[(1, Retired), (2, Retired), (3, Active)]),
];

const fn refused(
    row: u8,
    name: &'static str,
    given: Given,
    story: &'static [Step],
    asks: Ask,
    refusal: Refusal,
) -> Case {
    Case { row, name, given, story, asks, verdict: Verdict::Refuses(refusal), notice: None }
}
