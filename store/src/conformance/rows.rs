//! Rows: what was written comes back, to the last bit.

use std::sync::Arc;

use tenure_core::change::Change;
use tenure_core::digest::{Attempt, Digest, Salt};
use tenure_core::family::{Family, Head, Life, Retries};
use tenure_core::id::{ClientId, Edition, FamilyId, Kid, Seq, UserId};
use tenure_core::time::{Span, Timestamp};

use super::Fixture;
use super::exchanging::kept;
use super::sample::{NOW, Random, app, count, open, opening, session, session_in, stored, user};
use crate::{Filter, OpenOutcome, Page};

fn head(random: &mut Random) -> Head {
    Head {
        seq: Seq(number(random)),
        kid: Kid(random.draw() as u8),
        current: Digest::from_bytes(random.bytes()),
        previous: random.one_in(2).then(|| Digest::from_bytes(random.bytes())),
        attempt: random.one_in(2).then(|| Attempt::from_bytes(random.bytes())),
        previous_attempt: random.one_in(2).then(|| Attempt::from_bytes(random.bytes())),
        salt: Salt::from_bytes(random.bytes()),
        rotated_at: moment(random),
        retries: Retries::from_packed(number(random)),
    }
}

fn life(random: &mut Random) -> Life {
    Life {
        active_at: moment(random),
        idle_timeout: random.one_in(2).then(|| Span::from_millis(random.below(1 << 40) as i64)),
        absolute_end: if random.one_in(4) { Timestamp::from_millis(i64::MAX) } else { moment(random) },
        policy_version: number(random),
    }
}

fn number(random: &mut Random) -> u32 {
    match random.below(6) {
        0 => 0,
        1 => u32::MAX,
        2 => i32::MAX as u32 + 1,
        3 => random.below(300) as u32,
        _ => random.draw() as u32,
    }
}

fn moment(random: &mut Random) -> Timestamp {
    match random.below(8) {
        0 => Timestamp::from_millis(0),
        1 => Timestamp::from_millis(-1),
        _ => Timestamp::from_millis(random.below(1 << 42) as i64),
    }
}

fn text(random: &mut Random) -> Option<Arc<str>> {
    match random.below(6) {
        0 | 1 => None,
        2 => Some("".into()),
        3 => Some("{\"k\":\"v — 'é' \\u0000 %_ 🗝\"}".into()),
        4 => Some("x".repeat(random.below(40_000) as usize).into()),
        _ => Some(random.draw().to_string().into()),
    }
}

fn family(random: &mut Random, n: u64) -> Family {
    let app_name = ["app", "b", "with-dash_and_underscore"][random.below(3) as usize];
    let user_name = ["ada", "Ægir 🗝", "'; DROP TABLE family; --", "%", "a\u{301}"][random.below(5) as usize];
    let row = session_in(app_name, n, user_name);
    Family {
        client: if random.one_in(2) { ClientId::parse("client").unwrap() } else { row.client },
        head: head(random),
        authenticated_at: moment(random),
        life: life(random),
        confirmation: text(random),
        device: text(random),
        claims: text(random),
        edition: Edition(number(random)),
        session_token: random.one_in(2).then(|| kept(number(random), random.draw())),
        ..row
    }
}

pub async fn every_field_of_an_opened_row_comes_back<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(11);
    for n in 0..100 {
        let mut row = family(&mut random, n);
        if n % 4 == 0 {
            // Any 16 bytes are an id, the first bit set or not.
            row.id = FamilyId::from_bytes(random.bytes());
        }
        open(&*store, &row).await;
        assert_eq!(stored(&*store, row.id).await, row);
    }
    for bytes in [[0; 16], [0xff; 16]] {
        let row = Family { id: FamilyId::from_bytes(bytes), ..family(&mut random, 200) };
        open(&*store, &row).await;
        assert_eq!(stored(&*store, row.id).await, row);
    }
}

pub async fn every_field_of_an_advanced_row_comes_back<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(12);
    let mut row = family(&mut random, 1);
    open(&*store, &row).await;
    for _ in 0..100 {
        let change = Change::Advance {
            family: row.id,
            expected: row.seen(),
            head: head(&mut random),
            life: life(&mut random),
        };
        assert!(store.commit(&change).await.unwrap());
        row = change.apply(&row);
        assert_eq!(stored(&*store, row.id).await, row);
    }
}

pub async fn texts_are_compared_byte_by_byte<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let longest = "é".repeat(127) + "x";
    let names =
        ["ada", "Ada", "ada ", " ada", "ad\u{e1}", "ada\u{301}", "ad_", "ad%", "1", "01", "1.0", &longest];
    for (n, name) in names.iter().enumerate() {
        open(&*store, &session(n as u64, name)).await;
    }
    for name in names {
        let filter = Filter::of_user(app("app"), user(name));
        let found = store.list(&filter, NOW, Page { after: None, limit: 100 }).await.unwrap().families;
        let users: Vec<&UserId> = found.iter().map(|row| &row.user).collect();
        assert_eq!(users, [&user(name)]);
    }
    assert_eq!(count(&*store, &Filter::of_app(app("App")), NOW, 10).await, 0);
}

pub async fn an_unknown_session_is_none<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let row = session(1, "ada");
    assert_eq!(store.load(row.id).await.unwrap(), None);
    assert_eq!(store.open(&opening(&row)).await.unwrap(), OpenOutcome::Opened);
    // Ids that are nearly the same.
    for byte in [0, 7, 8, 15] {
        let mut bytes = *row.id.as_bytes();
        bytes[byte] ^= 1;
        let near = Family { id: FamilyId::from_bytes(bytes), ..row.clone() };
        assert_eq!(store.load(near.id).await.unwrap(), None);
        for change in
            [super::sample::advance(&near, 1), super::sample::replay(&near), super::sample::end(&near)]
        {
            assert!(!store.commit(&change).await.unwrap());
        }
    }
    assert_eq!(stored(&*store, row.id).await, row);
}
