//! After a re-authentication: the new token goes on, and no older one ends the session before it is used (rows 3, 4, 7 and 11).

use tenure_core::refusal::Refusal;
use tenure_core::rotate::Served;
use tenure_core::settings::LostResponse;

use crate::case::{Ask, Case, Given, KEY, NONE, OTHER, REUSED, STRICT, Step, Verdict, ask, serves};

const LEEWAY: Given = Given { leeway_ms: 30_000, ..STRICT };
const REISSUE: Given = Given { lost_response: LostResponse::Reissue, ..STRICT };

/// The page holds token 1, and its backend was given token 2.
const RENEWED: &[Step] = &[Step::Reauthenticate(1_000)];
/// The page uses token 1, gets token 2, and its backend was given token 3.
const USED_BEFORE: &[Step] = &[Step::Use(1, KEY, 500), Step::Reauthenticate(1_000)];
/// Token 2, from the backend, was used once.
const USED_SINCE: &[Step] = &[Step::Reauthenticate(1_000), Step::Use(2, KEY, 2_000)];
const USED_TWICE_SINCE: &[Step] =
    &[Step::Reauthenticate(1_000), Step::Use(2, KEY, 2_000), Step::Use(3, KEY, 3_000)];
const BEFORE_AND_SINCE: &[Step] =
    &[Step::Use(1, KEY, 500), Step::Reauthenticate(1_000), Step::Use(3, KEY, 2_000)];
/// The backend asked twice: tokens 2 and 3.
const ASKED_TWICE: &[Step] = &[Step::Reauthenticate(1_000), Step::Reauthenticate(2_000)];
const ASKED_TWICE_AND_USED: &[Step] =
    &[Step::Reauthenticate(1_000), Step::Reauthenticate(2_000), Step::Use(3, KEY, 3_000)];

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

const fn late(name: &'static str, given: Given, story: &'static [Step], asks: Ask) -> Case {
    case(7, name, given, story, asks, Verdict::Refuses(Refusal::Superseded))
}

const fn rotates(name: &'static str, story: &'static [Step], asks: Ask, seq: u32) -> Case {
    case(3, name, STRICT, story, asks, serves(Served::Rotated, seq, 9_000))
}

/// Every edge of it.
pub(crate) const RENEWED_CASES: &[Case] = &[
    rotates("the renewed token", RENEWED, ask(2, KEY, 9_000), 3),
    rotates("the second of two renewed tokens", ASKED_TWICE, ask(3, NONE, 9_000), 4),
    rotates("the one after", USED_SINCE, ask(3, KEY, 9_000), 4),
    case(
        4,
        "a retry of the renewed token",
        STRICT,
        USED_SINCE,
        ask(2, KEY, 9_000),
        serves(Served::Replayed, 3, 2_000),
    ),
    late("the replaced token", STRICT, RENEWED, ask(1, KEY, 9_000)),
    late("the replaced token without a key", STRICT, RENEWED, ask(1, NONE, 1_000)),
    late("the replaced token within the leeway", LEEWAY, RENEWED, ask(1, NONE, 1_000)),
    late("the replaced token under reissue", REISSUE, RENEWED, ask(1, NONE, 9_000)),
    late("the replaced token after the first use", STRICT, USED_SINCE, ask(1, KEY, 9_000)),
    late("the replaced token after the first use, no key", STRICT, USED_SINCE, ask(1, NONE, 9_000)),
    late("a retry of what was used before it", STRICT, USED_BEFORE, ask(1, KEY, 9_000)),
    late("the same without a key, in the leeway", LEEWAY, USED_BEFORE, ask(1, NONE, 1_500)),
    late("what was used before it, another key", STRICT, USED_BEFORE, ask(1, OTHER, 9_000)),
    late("the first token of a backend that asked twice", STRICT, ASKED_TWICE, ask(2, KEY, 9_000)),
    late("the page's token of a backend that asked twice", STRICT, ASKED_TWICE, ask(1, KEY, 9_000)),
    late("the same, after the first use", STRICT, ASKED_TWICE_AND_USED, ask(2, KEY, 9_000)),
    case(11, "the replaced token after two uses", STRICT, USED_TWICE_SINCE, ask(1, KEY, 9_000), REUSED),
    case(11, "used before it, after the first use", STRICT, BEFORE_AND_SINCE, ask(1, KEY, 9_000), REUSED),
    case(11, "the renewed token again, another key", STRICT, USED_SINCE, ask(2, OTHER, 9_000), REUSED),
];
