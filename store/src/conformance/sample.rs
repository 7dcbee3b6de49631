//! Rows, changes and random numbers to test with. Everything follows from small numbers: a failure comes again.

use tenure_core::change::{Change, Scope};
use tenure_core::digest::{Attempt, Digest, Salt};
use tenure_core::family::{Family, Head, Life, Retries, State};
use tenure_core::id::{AppId, ClientId, Edition, FamilyId, Kid, Seq, UserId};
use tenure_core::open::Opening;
use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};

use crate::{Backend, Entry, Event, Filter, OpenOutcome, Page};

/// When the tests take place.
pub const NOW: Timestamp = Timestamp::from_secs(1_900_000_000);

/// Until when ends are remembered.
pub const REMEMBERED: Timestamp = Timestamp::from_secs(1_900_000_700);

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.draw() as u8)
    }
}

pub fn app(name: &str) -> AppId {
    AppId::parse(name).unwrap()
}

pub fn user(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}

/// The `n`th session, of `name` in the app `app`; opened `n` milliseconds after [`NOW`], newly minted, live.
pub fn session(n: u64, name: &str) -> Family {
    session_in("app", n, name)
}

/// The same in another app.
pub fn session_in(app_name: &str, n: u64, name: &str) -> Family {
    opened_at(NOW.plus(Span::from_millis(n as i64)), app_name, n, name)
}

/// The same, opened at this moment.
pub fn opened_at(at: Timestamp, app_name: &str, n: u64, name: &str) -> Family {
    let mut random = Random(n ^ 0x7e4e);
    Family {
        id: FamilyId::new(at, random.bytes()),
        app: app(app_name),
        user: user(name),
        client: ClientId::parse(app_name).unwrap(),
        head: Head {
            seq: Seq::FIRST,
            kid: Kid(1),
            current: Digest::from_bytes(random.bytes()),
            previous: None,
            attempt: None,
            previous_attempt: None,
            salt: Salt::from_bytes(random.bytes()),
            rotated_at: at,
            retries: Retries::default(),
        },
        created_at: at,
        authenticated_at: at.minus(Span::from_secs(5)),
        life: Life {
            active_at: at,
            idle_timeout: Some(Span::from_days(14)),
            absolute_end: at.plus(Span::from_days(90)),
            policy_version: 1,
        },
        state: State::Live,
        confirmation: None,
        device: None,
        claims: None,
        edition: Edition::FIRST,
        session_token: None,
    }
}

/// An opening without a limit.
pub fn opening(family: &Family) -> Opening {
    Opening { family: family.clone(), ends: Vec::new(), expected: None, remember_until: REMEMBERED }
}

/// Opens `family`, which nothing stands against.
pub async fn open(store: &dyn Backend, family: &Family) {
    assert_eq!(store.open(&opening(family)).await.unwrap(), OpenOutcome::Opened);
}

/// The next rotation of `row`, whose new token and salt follow from `fresh`.
pub fn advance(row: &Family, fresh: u64) -> Change {
    let mut random = Random(fresh);
    let at = row.head.rotated_at.plus(Span::from_secs(60));
    Change::Advance {
        family: row.id,
        expected: row.seen(),
        head: Head {
            seq: row.head.seq.next(),
            kid: row.head.kid,
            current: Digest::from_bytes(random.bytes()),
            previous: Some(row.head.current),
            attempt: Some(Attempt::from_bytes(random.bytes())),
            previous_attempt: row.head.attempt,
            salt: Salt::from_bytes(random.bytes()),
            rotated_at: at,
            retries: row.head.retries.rotated(),
        },
        life: Life { active_at: at, ..row.life },
    }
}

/// A replay of `row`.
pub fn replay(row: &Family) -> Change {
    Change::Replay { family: row.id, expected: row.seen() }
}

/// The end of `row`, whatever its counter.
pub fn end(row: &Family) -> Change {
    end_at(row, NOW.plus(Span::from_mins(5)))
}

/// The same at this moment.
pub fn end_at(row: &Family, at: Timestamp) -> Change {
    Change::End {
        family: row.id,
        expected: None,
        scope: Scope::Session,
        reason: EndReason::User,
        at,
        remember_until: REMEMBERED,
    }
}

/// The row as the store has it.
pub async fn stored(store: &dyn Backend, id: FamilyId) -> Family {
    store.load(id).await.unwrap().expect("the session is stored").as_ref().clone()
}

/// Something of this kind, that happened to the installation.
pub fn happened(kind: &str) -> Event {
    let detail = "{}".to_owned();
    Event { at: NOW, app: None, kind: kind.to_owned(), user: None, session: None, detail }
}

/// The feed from its beginning.
pub async fn whole_feed(store: &dyn Backend) -> Vec<Entry> {
    store.feed(0, 100_000).await.unwrap().entries
}

/// All that match, counted `limit` at a time.
pub async fn count(store: &dyn Backend, filter: &Filter, now: Timestamp, limit: u32) -> usize {
    let (mut sessions, mut page) = (0, Page { after: None, limit });
    loop {
        let counted = store.count(filter, now, page).await.unwrap();
        assert!(counted.sessions <= limit);
        sessions += counted.sessions as usize;
        assert!(sessions <= 1000, "something was counted twice");
        page.after = counted.next;
        if page.after.is_none() {
            return sessions;
        }
    }
}
