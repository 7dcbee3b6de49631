//! Random rows in a store and beside it, and random filters.

use tenure_core::family::{Family, State};
use tenure_core::id::{ClientId, FamilyId, Kid};
use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};

use super::sample::{NOW, Random, app, end_at, open, opened_at, user};
use crate::{Backend, Filter, Status};

const APPS: [&str; 2] = ["app", "other"];
const CLIENTS: [&str; 3] = ["app", "other", "third"];
const USERS: [&str; 4] = ["ada", "bob", "Ægir", "a%"];

/// What the store holds.
pub(super) struct Model {
    pub(super) rows: Vec<Family>,
}

impl Model {
    /// Opens `n` sessions, some long ago, some expired, some ended.
    pub(super) async fn fill(store: &dyn Backend, random: &mut Random, n: u64) -> Self {
        let mut rows = Vec::new();
        for number in 0..n {
            let at = moment(random);
            let (app, user) = (APPS[random.below(2) as usize], USERS[random.below(4) as usize]);
            let mut row = opened_at(at, app, number, user);
            row.life.idle_timeout = random.one_in(2).then(|| Span::from_millis(random.below(8000) as i64));
            row.life.policy_version = random.below(3) as u32;
            if random.one_in(2) {
                row.client = client(CLIENTS[random.below(3) as usize]);
            }
            row.head.kid = Kid(random.below(3) as u8);
            row.life.absolute_end = at.plus(Span::from_millis(random.below(12_000) as i64));
            open(store, &row).await;
            if random.one_in(3) {
                let mut end = end_at(&row, moment(random));
                if let tenure_core::change::Change::End { reason: why, .. } = &mut end {
                    *why = reason(random);
                }
                assert!(store.commit(&end).await.unwrap());
                row = end.apply(&row);
            }
            rows.push(row);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.id));
        Self { rows }
    }

    /// What a list must give, from new to old.
    pub(super) fn matching(&self, filter: &Filter, now: Timestamp) -> Vec<Family> {
        self.rows.iter().filter(|row| filter.matches(row, now)).cloned().collect()
    }

    /// A filter, and a moment to ask it at.
    pub(super) fn filter(&self, random: &mut Random) -> (Filter, Timestamp) {
        let statuses = [Status::Live, Status::Ended, Status::Expired, Status::Unended, Status::MayReturn];
        let filter = Filter {
            app: (!random.one_in(6)).then(|| app(APPS[random.below(2) as usize])),
            user: random.one_in(2).then(|| user(USERS[random.below(4) as usize])),
            session: random.one_in(8).then(|| self.id(random)),
            except: random.one_in(4).then(|| self.id(random)),
            status: random.one_in(2).then(|| statuses[random.below(5) as usize]),
            reason: random.one_in(4).then(|| reason(random)),
            created_from: random.one_in(3).then(|| self.moment(random)),
            created_before: random.one_in(3).then(|| self.moment(random)),
            active_before: random.one_in(4).then(|| self.moment(random)),
            ended_from: random.one_in(6).then(|| self.moment(random)),
            ended_before: random.one_in(6).then(|| self.moment(random)),
            client: random.one_in(4).then(|| client(CLIENTS[random.below(3) as usize])),
            settings_version: random.one_in(4).then(|| random.below(3) as u32),
            kid: random.one_in(4).then(|| Kid(random.below(3) as u8)),
        };
        (filter, self.moment(random))
    }

    fn id(&self, random: &mut Random) -> FamilyId {
        self.rows[random.below(self.rows.len() as u64) as usize].id
    }

    /// Any moment, or one at which something changes.
    fn moment(&self, random: &mut Random) -> Timestamp {
        let row = &self.rows[random.below(self.rows.len() as u64) as usize];
        match random.below(5) {
            4 => match row.state {
                State::Ended { at, .. } => at,
                State::Live => row.life.active_at,
            },
            0 => row.created_at,
            1 => row.life.end(),
            2 => row.life.absolute_end,
            _ => moment(random),
        }
    }
}

fn moment(random: &mut Random) -> Timestamp {
    NOW.plus(Span::from_millis(random.below(10_000) as i64))
}

fn reason(random: &mut Random) -> EndReason {
    EndReason::ALL[random.below(EndReason::ALL.len() as u64) as usize]
}

fn client(name: &str) -> ClientId {
    ClientId::parse(name).unwrap()
}
