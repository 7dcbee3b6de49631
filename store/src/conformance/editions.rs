//! Editions: what auth tokens say changes, and nothing that was decided before is committed after.

use std::sync::Arc;

use tenure_core::change::Change;
use tenure_core::digest::Attempt;
use tenure_core::family::{Family, Head};
use tenure_core::id::Edition;
use tenure_core::time::Span;

use super::Fixture;
use super::races::{at_once, count};
use super::sample::{Random, advance, end, open, replay, session, stored};

/// The user of `row` signs in again; what is drawn follows from `fresh`.
fn reauthenticate(row: &Family, fresh: u64) -> Change {
    let Change::Advance { family, expected, head, life } = advance(row, fresh) else { unreachable!() };
    let replaced = Some(Attempt::replacing(row.head.current));
    Change::Reauthenticate {
        family,
        expected,
        head: Head { previous: None, attempt: replaced, ..head },
        life,
        authenticated_at: row.authenticated_at.plus(Span::from_secs(17)),
        claims: Some(format!("{{\"acr\":{fresh}}}").into()),
    }
}

fn amend(row: &Family, claims: Option<&str>) -> Change {
    Change::Amend { family: row.id, expected: row.edition, claims: claims.map(Arc::from) }
}

pub async fn every_field_of_a_re_authentication_comes_back<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut row = session(1, "ada");
    open(&*store, &row).await;
    for fresh in 0..20 {
        let change = reauthenticate(&row, fresh);
        assert!(store.commit(&change).await.unwrap());
        assert!(!store.commit(&change).await.unwrap(), "once");
        row = change.apply(&row);
        assert_eq!(stored(&*store, row.id).await, row);
    }
    assert_eq!((row.edition, row.head.previous), (Edition(20), None));
}

pub async fn an_amendment_changes_the_claims_and_nothing_else<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let (mut row, other) = (session(1, "ada"), session(2, "ada"));
    open(&*store, &row).await;
    open(&*store, &other).await;
    for claims in [Some("{\"plan\":\"é 🗝 '\"}"), Some("{}"), None, Some("{\"a\":1}")] {
        let change = amend(&row, claims);
        assert!(store.commit(&change).await.unwrap());
        row = Family { claims: claims.map(Arc::from), edition: row.edition.next(), ..row };
        assert_eq!(stored(&*store, row.id).await, row);
    }
    assert_eq!(stored(&*store, other.id).await, other);
    let last = session(3, "ada");
    let last = Family { edition: Edition(u32::MAX), ..last };
    open(&*store, &last).await;
    let change = amend(&last, None);
    assert!(store.commit(&change).await.unwrap());
    assert_eq!(stored(&*store, last.id).await, change.apply(&last), "after the last edition comes the first");
    let change = reauthenticate(&last, 1);
    assert!(!store.commit(&change).await.unwrap());
}

pub async fn what_was_decided_on_an_older_edition_loses<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let first = session(1, "ada");
    open(&*store, &first).await;
    let newer = amend(&first, Some("{}"));
    assert!(store.commit(&newer).await.unwrap());
    let row = newer.apply(&first);
    for stale in [
        newer,
        advance(&first, 1),
        replay(&first),
        reauthenticate(&first, 2),
        amend(&first, Some("{\"a\":1}")),
    ] {
        assert!(!store.commit(&stale).await.unwrap(), "{stale:?}");
        assert_eq!(stored(&*store, row.id).await, row, "{stale:?}");
    }
    // Its end rests on no edition.
    let mut end = end(&first);
    if let Change::End { expected, .. } = &mut end {
        *expected = Some(first.head.seq);
    }
    assert!(store.commit(&end).await.unwrap());
    let ended = end.apply(&row);
    for late in [reauthenticate(&row, 3), amend(&row, None)] {
        assert!(!store.commit(&late).await.unwrap(), "{late:?}");
        assert_eq!(stored(&*store, row.id).await, ended, "{late:?}");
    }
}

pub async fn of_64_amendments_of_one_edition_one_applies<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut row = session(1, "ada");
    open(&*store, &row).await;
    for round in 0..5 {
        let changes: Vec<_> = (0..64).map(|n| amend(&row, Some(&format!("{round}/{n}")))).collect();
        let applied = at_once(&store, changes.clone()).await;
        assert_eq!(count(&applied), 1, "round {round}");
        let winner = applied.iter().position(|applied| *applied).unwrap();
        row = changes[winner].apply(&row);
        assert_eq!(stored(&*store, row.id).await, row, "round {round}");
    }
}

pub async fn an_amendment_and_advances_come_one_after_the_other<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(31);
    for round in 0..40 {
        let row = session(round, "ada");
        open(&*store, &row).await;
        let amended = amend(&row, Some("{}"));
        let advanced = advance(&row, random.draw());
        let applied = at_once(&store, vec![advanced.clone(), amended.clone()]).await;
        let expected = match (applied[0], applied[1]) {
            (true, true) => amended.apply(&advanced.apply(&row)),
            (false, true) => amended.apply(&row),
            impossible => panic!("round {round}: {impossible:?}"),
        };
        assert_eq!(stored(&*store, row.id).await, expected, "round {round}");
    }
}
