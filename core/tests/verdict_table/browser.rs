//! Browsers: a cookie whose number is another than the page believes (row 12), and codes that stand for the first token (row 13).

use tenure_core::id::Seq;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::rotate::{Served, Via};
use tenure_core::settings::LostResponse;

use crate::case::{Ask, Case, Given, KEY, NONE, OTHER, REUSED, STRICT, Step, Verdict, ask, serves};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 3_600_000;
const LEEWAY: Given = Given { leeway_ms: 30_000, ..STRICT };
const REISSUE: Given = Given { lost_response: LostResponse::Reissue, ..STRICT };
/// Tokens 1 and 2 used, each with the client's own key.
const TWICE: &[Step] = &[Step::Use(1, KEY, 1_000), Step::Use(2, KEY, 2_000)];
const ONCE: &[Step] = &[Step::Use(1, KEY, 1_000)];
const UNKEYED: &[Step] = &[Step::Use(1, NONE, 1_000)];
const ENDED: &[Step] = &[Step::Use(1, KEY, 1_000), Step::End(EndReason::User)];
const SUPERSEDED: Verdict = Verdict::Refuses(Refusal::Superseded);
const TOO_LATE: Verdict = Verdict::Refuses(Refusal::HandoffExpired);

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

/// Token `token`, which its client believes to be number `seq`.
const fn meant(seq: u32, token: usize, key: Option<&'static str>, at: i64) -> Ask {
    Ask { via: Via::Holding { seq: Some(Seq(seq)) }, ..ask(token, key, at) }
}

/// The code of the session.
const fn code(key: Option<&'static str>, at: i64) -> Ask {
    Ask { via: Via::Handoff, ..ask(1, key, at) }
}

/// Row 12, and what comes before it.
pub(crate) const MEANT: &[Case] = &[
    case(3, "the number that is meant", STRICT, TWICE, meant(3, 3, KEY, 9_000), ROTATED_THIRD),
    case(12, "a newer one than is meant", STRICT, TWICE, meant(2, 3, KEY, 9_000), SUPERSEDED),
    case(12, "an older one than is meant, current", STRICT, TWICE, meant(4, 3, KEY, 9_000), SUPERSEDED),
    case(12, "an older one than is meant, used", STRICT, TWICE, meant(3, 1, OTHER, 9_000), SUPERSEDED),
    case(4, "a retry of what is meant", STRICT, TWICE, meant(2, 2, KEY, 9_000), REPLAYED_THIRD),
    case(12, "a retry of another", STRICT, TWICE, meant(3, 2, KEY, 9_000), SUPERSEDED),
    case(11, "a used one that is meant", STRICT, TWICE, meant(1, 1, OTHER, 9_000), REUSED),
    case(1, "over, whatever is meant", STRICT, ENDED, meant(9, 2, KEY, 9_000), OVER),
    case(2, "expired, whatever is meant", STRICT, ONCE, meant(9, 2, KEY, 1_000 + HOUR), IDLE),
];

const ROTATED_THIRD: Verdict = serves(Served::Rotated, 4, 9_000);
const REPLAYED_THIRD: Verdict = serves(Served::Replayed, 3, 2_000);
const OVER: Verdict = Verdict::Refuses(Refusal::Ended(EndReason::User));
const IDLE: Verdict = Verdict::Refuses(Refusal::ExpiredIdle);

/// Row 13, and what a code is within its minute: the first token, once.
pub(crate) const HANDED_OVER: &[Case] = &[
    case(3, "a code", STRICT, &[], code(KEY, 5_000), serves(Served::Rotated, 2, 5_000)),
    case(3, "a code without a key", STRICT, &[], code(NONE, 5_000), serves(Served::Rotated, 2, 5_000)),
    case(3, "a code after a minute", STRICT, &[], code(KEY, MINUTE), serves(Served::Rotated, 2, MINUTE)),
    case(13, "a code after more than that", STRICT, &[], code(KEY, MINUTE + 1), TOO_LATE),
    case(13, "used, after more than that", STRICT, UNKEYED, code(OTHER, MINUTE + 1), TOO_LATE),
    case(13, "a retry after more than that", STRICT, ONCE, code(KEY, MINUTE + 1), TOO_LATE),
    case(13, "a used one long ago", STRICT, TWICE, code(NONE, HOUR), TOO_LATE),
    case(4, "a code again, with its key", STRICT, ONCE, code(KEY, 2_000), serves(Served::Replayed, 2, 1_000)),
    case(7, "a late duplicate of a code", STRICT, TWICE, code(KEY, 3_000), SUPERSEDED),
    case(11, "a code again, without a key", STRICT, UNKEYED, code(NONE, 1_000), REUSED),
    case(11, "a code again, with another key", STRICT, ONCE, code(OTHER, 2_000), REUSED),
    case(11, "no leeway for a code", LEEWAY, UNKEYED, code(NONE, 2_000), REUSED),
    case(11, "no second successor for a code", REISSUE, UNKEYED, code(NONE, 2_000), REUSED),
    case(1, "the code of a session that is over", STRICT, ENDED, code(KEY, 2_000), OVER),
    case(10, "the code of a session that is not there", STRICT, &[Step::Forget], code(KEY, 2_000), UNKNOWN),
    case(
        0,
        "a code at another app",
        STRICT,
        UNKEYED,
        Ask { app: "another", ..code(OTHER, 2_000) },
        Verdict::Refuses(Refusal::WrongClient),
    ),
];

const UNKNOWN: Verdict = Verdict::Refuses(Refusal::Unknown);
