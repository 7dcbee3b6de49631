//! The table of `docs/concepts/rotation.md` as data: every row of it, every edge, and what each verdict may change.

#[path = "verdict_table/browser.rs"]
mod browser;
#[path = "verdict_table/case.rs"]
mod case;
#[path = "verdict_table/chain.rs"]
mod chain;
mod common;
#[path = "verdict_table/effects.rs"]
mod effects;
#[path = "verdict_table/holder.rs"]
mod holder;
#[path = "verdict_table/lost_commits.rs"]
mod lost_commits;
#[path = "common/played.rs"]
mod played;
#[path = "verdict_table/renewed.rs"]
mod renewed;

use case::{Case, Verdict};
use tenure_core::change::Scope;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::rotate::{Notice, Served};

fn table() -> impl Iterator<Item = &'static Case> {
    [
        holder::CALLERS,
        holder::OVER,
        holder::ACTIVITY,
        holder::OPERATOR,
        chain::RETRIES,
        chain::LATE,
        chain::REUSE,
        renewed::RENEWED_CASES,
        lost_commits::LOST_COMMITS,
        browser::MEANT,
        browser::HANDED_OVER,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn every_case_comes_out_as_the_table_says() {
    table().for_each(effects::play);
}

#[test]
fn every_row_of_the_table_has_cases_and_no_case_stands_twice() {
    for row in 0..=13 {
        assert!(table().any(|case| case.row == row), "row {row}");
    }
    let mut names: Vec<_> = table().map(|case| (case.row, case.name)).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

#[test]
fn every_way_of_being_served_has_a_row() {
    use Served::{FastForwarded, Reissued, Replayed, Rotated};
    for served in [Rotated, Replayed, Reissued, FastForwarded] {
        match served {
            Rotated | Replayed | Reissued | FastForwarded => {} // a new one does not compile: add it above
        }
        let found = |case: &Case| matches!(case.verdict, Verdict::Serves { by, .. } if by == served);
        assert!(table().any(found), "{served:?}");
    }
}

#[test]
fn every_refusal_has_a_row() {
    use Refusal::{
        BindingFailed, Ended, ExpiredAbsolute, ExpiredIdle, HandoffExpired, OutOfSync, Superseded, Unknown,
        WrongClient,
    };
    let over = [Unknown, WrongClient, BindingFailed, ExpiredIdle, ExpiredAbsolute];
    let plain = over.into_iter().chain([HandoffExpired, Superseded, OutOfSync]);
    for refusal in plain.chain(EndReason::ALL.map(Ended)) {
        match refusal {
            Unknown | WrongClient | BindingFailed | Ended(_) => {} // a new one does not compile: add it above
            ExpiredIdle | ExpiredAbsolute | HandoffExpired | Superseded | OutOfSync => {}
        }
        assert!(table().any(|case| case.verdict == Verdict::Refuses(refusal)), "{refusal:?}");
    }
}

#[test]
fn every_end_has_a_row() {
    let ends = [
        (Scope::Session, EndReason::Reused),
        (Scope::User, EndReason::Reused),
        (Scope::Session, EndReason::Settings),
    ];
    for (scope, reason) in ends {
        let found = |case: &Case| case.verdict == Verdict::Ends(scope, reason);
        assert!(table().any(found), "{scope:?} {reason:?}");
    }
    let unknown = |case: &&Case| matches!(case.verdict, Verdict::Ends(s, r) if !ends.contains(&(s, r)));
    assert_eq!(table().filter(unknown).count(), 0, "an end that is not listed here");
}

#[test]
fn every_notice_has_a_row() {
    use Notice::{FastForward, OutOfSync, RetryPattern, ReuseObserved};
    for notice in [RetryPattern, OutOfSync, FastForward, ReuseObserved] {
        match notice {
            RetryPattern | OutOfSync | FastForward | ReuseObserved => {} // a new one does not compile: add it above
        }
        assert!(table().any(|case| case.notice == Some(notice)), "{notice:?}");
    }
}
