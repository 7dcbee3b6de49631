//! The counter: rotate, replay, reissue, superseded, reuse (rows 3 to 7 and 11).

use tenure_core::change::Scope;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::rotate::{Notice, Served};
use tenure_core::settings::{LostResponse, ReuseDetection};

use crate::case::{Ask, Case, Given, KEY, NONE, OTHER, REUSED, STRICT, Step, Verdict, ask, serves};

const LEEWAY: Given = Given { leeway_ms: 30_000, ..STRICT };
const REISSUE: Given = Given { lost_response: LostResponse::Reissue, ..STRICT };

const fn case(
    row: u8,
    name: &'static str,
    given: Given,
    story: &'static [Step],
    asks: Ask,
    verdict: Verdict,
) -> Case {
    Case { row, name, given, story, asks, verdict, notice: None }
}

/// Token 1 used at 10 s without a key.
const ONCE: &[Step] = &[Step::Use(1, NONE, 10_000)];
/// Tokens 1 and 2 used, without a key.
const TWICE: &[Step] = &[Step::Use(1, NONE, 10_000), Step::Use(2, NONE, 11_000)];
/// Tokens 1, 2 and 3 used, each with the client's own key.
const KEYED: &[Step] = &[Step::Use(1, KEY, 1_000), Step::Use(2, KEY, 2_000), Step::Use(3, KEY, 3_000)];
const KEYED_TWICE: &[Step] = &[Step::Use(1, KEY, 1_000), Step::Use(2, KEY, 2_000)];
const KEYED_ONCE: &[Step] = &[Step::Use(1, KEY, 1_000)];
/// Token 1 used, its answer lost, reissued.
const REISSUED: &[Step] = &[Step::Use(1, NONE, 1_000), Step::Use(1, NONE, 2_000)];

const fn replay(seq: u32, active: i64) -> Verdict {
    serves(Served::Replayed, seq, active)
}

/// Rows 3 to 5.
pub(crate) const RETRIES: &[Case] = &[
    case(3, "the first token", STRICT, &[], ask(1, NONE, 0), serves(Served::Rotated, 2, 0)),
    case(3, "with a key", STRICT, &[], ask(1, KEY, 5), serves(Served::Rotated, 2, 5)),
    case(3, "the third", STRICT, TWICE, ask(3, NONE, 12_000), serves(Served::Rotated, 4, 12_000)),
    case(3, "after a replay", STRICT, REPLAYED, ask(2, KEY, 9_000), serves(Served::Rotated, 3, 9_000)),
    case(4, "the same token and key", STRICT, KEYED_ONCE, ask(1, KEY, 2_000), replay(2, 1_000)),
    case(4, "however late", STRICT, KEYED_ONCE, ask(1, KEY, 3_600_000), replay(2, 1_000)),
    case(4, "again and again", STRICT, REPLAYED, ask(1, KEY, 9_000), replay(2, 1_000)),
    case(4, "of the second token", STRICT, KEYED_TWICE, ask(2, KEY, 9_000), replay(3, 2_000)),
    case(4, "a clock that is far behind", STRICT, KEYED_ONCE, ask(1, KEY, -900_000), replay(2, 1_000)),
    case(5, "a clock 5 s behind counts as now", LEEWAY, ONCE, ask(1, NONE, 5_000), replay(2, 10_000)),
    case(11, "a clock 5.001 s behind does not", LEEWAY, ONCE, ask(1, NONE, 4_999), REUSED),
    case(5, "at once", LEEWAY, ONCE, ask(1, NONE, 10_000), replay(2, 10_000)),
    case(5, "at exactly the leeway", LEEWAY, ONCE, ask(1, NONE, 40_000), replay(2, 10_000)),
    case(11, "a millisecond later", LEEWAY, ONCE, ask(1, NONE, 40_001), REUSED),
    case(5, "another key within the leeway", LEEWAY, KEYED_ONCE, ask(1, OTHER, 2_000), replay(2, 1_000)),
    case(11, "a replay does not slide the leeway", LEEWAY, SLID, ask(1, NONE, 40_001), REUSED),
    case(11, "no leeway, same moment", STRICT, ONCE, ask(1, NONE, 10_000), REUSED),
    case(11, "no leeway, a clock behind", STRICT, ONCE, ask(1, NONE, 9_000), REUSED),
    Case { notice: Some(Notice::RetryPattern), ..case(4, "six", STRICT, FIVE, ask(1, KEY, 2), replay(2, 1)) },
    case(4, "a seventh is not news", STRICT, SIX, ask(1, KEY, 2), replay(2, 1)),
    Case {
        notice: Some(Notice::RetryPattern),
        ..case(4, "three of the last five rotations", STRICT, CHRONIC, ask(3, KEY, 9), replay(4, 5))
    },
];

const REPLAYED: &[Step] = &[Step::Use(1, KEY, 1_000), Step::Use(1, KEY, 2_000)];
const SLID: &[Step] = &[Step::Use(1, NONE, 10_000), Step::Use(1, NONE, 39_000)];
const FIVE: &[Step] = &[const { Step::Use(1, KEY, 1) }; 6];
const SIX: &[Step] = &[const { Step::Use(1, KEY, 1) }; 7];
const CHRONIC: &[Step] = &[
    Step::Use(1, KEY, 1),
    Step::Use(1, KEY, 2),
    Step::Use(2, KEY, 3),
    Step::Use(2, KEY, 4),
    Step::Use(3, KEY, 5),
];

/// Rows 6 and 7.
pub(crate) const LATE: &[Case] = &[
    case(6, "no key", REISSUE, ONCE, ask(1, NONE, 20_000), serves(Served::Reissued, 3, 20_000)),
    case(6, "another key", REISSUE, KEYED_ONCE, ask(1, OTHER, 9_000), serves(Served::Reissued, 3, 9_000)),
    case(6, "twice", REISSUE, REISSUED, ask(1, NONE, 9_000), serves(Served::Reissued, 4, 9_000)),
    case(4, "the same key goes first", REISSUE, KEYED_ONCE, ask(1, KEY, 9_000), replay(2, 1_000)),
    case(5, "the leeway goes first", LEEWAY_REISSUE, ONCE, ask(1, NONE, 20_000), replay(2, 10_000)),
    case(3, "what was reissued", REISSUE, REISSUED, ask(3, NONE, 9_000), serves(Served::Rotated, 4, 9_000)),
    case(4, "a retry of a reissue", REISSUE, REISSUED_KEYED, ask(1, OTHER, 9_000), replay(3, 2_000)),
    case(11, "what a reissue replaced", REISSUE, REISSUED, ask(2, NONE, 9_000), REUSED),
    case(11, "no reissue once the successor was used", REISSUE, TWICE, ask(1, NONE, 12_000), REUSED),
    refused(7, "a late duplicate of our own", STRICT, KEYED_TWICE, ask(1, KEY, 9_000)),
    refused(7, "within the leeway too", LEEWAY, KEYED_TWICE, ask(1, KEY, 2_000)),
    refused(7, "under reissue too", REISSUE, KEYED_TWICE, ask(1, KEY, 9_000)),
    refused(7, "one before a reissue", REISSUE, OLDER_THAN_REISSUE, ask(1, KEY, 9_000)),
];

const LEEWAY_REISSUE: Given = Given { leeway_ms: 30_000, ..REISSUE };
const REISSUED_KEYED: &[Step] = &[Step::Use(1, KEY, 1_000), Step::Use(1, OTHER, 2_000)];
const OLDER_THAN_REISSUE: &[Step] =
    &[Step::Use(1, KEY, 1_000), Step::Use(2, KEY, 2_000), Step::Use(2, OTHER, 3_000)];

const fn refused(row: u8, name: &'static str, given: Given, story: &'static [Step], asks: Ask) -> Case {
    case(row, name, given, story, asks, Verdict::Refuses(Refusal::Superseded))
}

/// Row 11.
pub(crate) const REUSE: &[Case] = &[
    case(11, "previous, no key", STRICT, ONCE, ask(1, NONE, 20_000), REUSED),
    case(11, "absent never equals absent", STRICT, ONCE, ask(1, NONE, 10_001), REUSED),
    case(11, "previous, another key", STRICT, KEYED_ONCE, ask(1, OTHER, 2_000), REUSED),
    case(11, "previous, the key left out", STRICT, KEYED_ONCE, ask(1, NONE, 2_000), REUSED),
    case(11, "previous, a key where there was none", STRICT, ONCE, ask(1, KEY, 20_000), REUSED),
    case(11, "the same key with the token before", STRICT, MIXED, ask(1, KEY, 9_000), REUSED),
    case(11, "two before, within the leeway", LEEWAY, TWICE, ask(1, NONE, 11_000), REUSED),
    case(11, "one before previous, no key", STRICT, KEYED_TWICE, ask(1, NONE, 9_000), REUSED),
    case(11, "one before previous, another key", STRICT, KEYED_TWICE, ask(1, OTHER, 9_000), REUSED),
    case(11, "two before previous, own key", STRICT, KEYED, ask(1, KEY, 9_000), REUSED),
    case(
        11,
        "every session of the user",
        Given { reuse: ReuseDetection::EndUser, ..STRICT },
        ONCE,
        ask(1, NONE, 20_000),
        Verdict::Ends(Scope::User, EndReason::Reused),
    ),
    Case {
        notice: Some(Notice::ReuseObserved),
        ..case(
            11,
            "observed only",
            Given { reuse: ReuseDetection::Observe, ..STRICT },
            ONCE,
            ask(1, NONE, 20_000),
            Verdict::Refuses(Refusal::Ended(EndReason::Reused)),
        )
    },
    case(
        3,
        "observed: the session goes on",
        Given { reuse: ReuseDetection::Observe, ..STRICT },
        ONCE,
        ask(2, NONE, 20_000),
        serves(Served::Rotated, 3, 20_000),
    ),
];

/// Token 1 used without a key, token 2 with one.
const MIXED: &[Step] = &[Step::Use(1, NONE, 1_000), Step::Use(2, KEY, 2_000)];
