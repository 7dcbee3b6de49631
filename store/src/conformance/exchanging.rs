//! Session tokens and activity: the newest token counts, activity is never taken back, and an end stays one.

use tenure_core::change::Change;
use tenure_core::digest::Digest;
use tenure_core::family::{Family, State};
use tenure_core::session_token::Kept;
use tenure_core::time::Span;

use super::Fixture;
use super::races::{at_once, count};
use super::sample::{Random, advance, end, open, replay, session, stored};

pub(super) fn kept(made_in_second: u32, fresh: u64) -> Kept {
    Kept { made_in_second, digest: Digest::from_bytes(Random(fresh).bytes()) }
}

fn exchange(row: &Family, made_in_second: u32, fresh: u64) -> Change {
    Change::Exchange { family: row.id, token: kept(made_in_second, fresh) }
}

pub async fn a_session_token_comes_back_and_the_next_one_takes_its_place<F: Fixture>() {
    let mut fixture = F::open_fresh().await;
    let store = fixture.backend();
    let (mut row, other) = (session(1, "ada"), session(2, "ada"));
    open(&*store, &row).await;
    open(&*store, &other).await;
    // The same second, the next one, the first bit, the last second there is.
    for (fresh, second) in [0, 0, 1, 255, 256, 1 << 31, u32::MAX, u32::MAX].into_iter().enumerate() {
        let change = exchange(&row, second, fresh as u64);
        assert!(store.commit(&change).await.unwrap(), "{second}");
        row = Family { session_token: Some(kept(second, fresh as u64)), ..row };
        assert_eq!(stored(&*store, row.id).await, row, "nothing else changes");
    }
    for older in [0, 1, 256, 1 << 31, u32::MAX - 1] {
        assert!(!store.commit(&exchange(&row, older, 99)).await.unwrap(), "{older} is older");
        assert_eq!(stored(&*store, row.id).await, row);
    }
    for change in [replay(&row), advance(&row, 7)] {
        assert!(store.commit(&change).await.unwrap(), "a session token stands in nobody's way");
        row = change.apply(&row);
        assert_eq!(stored(&*store, row.id).await, row);
    }
    drop(store);
    fixture.restart().await;
    assert_eq!(stored(&*fixture.backend(), row.id).await, row);
    assert_eq!(stored(&*fixture.backend(), other.id).await, other);
}

pub async fn of_64_exchanges_at_once_one_token_stays<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for round in 0..5 {
        let row = session(round, "ada");
        open(&*store, &row).await;
        let mut random = Random(round);
        let changes: Vec<_> = (0..64).map(|n| exchange(&row, random.below(4) as u32, n)).collect();
        let applied = at_once(&store, changes.clone()).await;
        let after = stored(&*store, row.id).await;
        let token = after.session_token.unwrap();
        let winners: Vec<_> = changes.iter().zip(&applied).filter(|(_, applied)| **applied).collect();
        assert!(winners.iter().any(|(change, _)| change.apply(&row) == after), "round {round}");
        let newest = winners.iter().filter_map(|(change, _)| change.apply(&row).session_token);
        assert_eq!(newest.map(|kept| kept.made_in_second).max(), Some(token.made_in_second));
    }
}

pub async fn an_exchange_and_an_end_leave_no_token_that_is_good<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for round in 0..40 {
        let row = session(round, "ada");
        open(&*store, &row).await;
        let active = Change::Active { family: row.id, at: row.life.active_at.plus(Span::from_secs(9)) };
        let applied = at_once(&store, vec![exchange(&row, 5, round), end(&row), active.clone()]).await;
        assert!(applied[1]);
        let after = stored(&*store, row.id).await;
        assert!(after.state != State::Live);
        assert_eq!(after.session_token.is_some(), applied[0], "round {round}");
        for late in [exchange(&row, 6, round), active] {
            assert!(!store.commit(&late).await.unwrap(), "{late:?}");
            assert_eq!(stored(&*store, row.id).await, after, "{late:?}");
        }
    }
}

pub async fn activity_is_put_down_and_never_taken_back<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let row = session(1, "ada");
    open(&*store, &row).await;
    let active =
        |seconds| Change::Active { family: row.id, at: row.created_at.plus(Span::from_secs(seconds)) };
    let (behind, ahead) = (advance(&row, 1), active(3600));
    let mut expected = row.clone();
    // A rotation that was decided before the user was active, and committed after.
    for change in [active(30), ahead, behind, active(-5), active(3599)] {
        assert!(store.commit(&change).await.unwrap());
        expected = change.apply(&expected);
        assert_eq!(stored(&*store, row.id).await, expected, "{change:?}");
    }
    assert_eq!(expected.life.active_at, row.created_at.plus(Span::from_secs(3600)));
    assert_eq!(count(&at_once(&store, (0..64).map(|n| active(4000 + n)).collect()).await), 64);
    assert_eq!(stored(&*store, row.id).await.life.active_at, row.created_at.plus(Span::from_secs(4063)));
}
