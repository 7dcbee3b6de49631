//! The store as another process counts it, by hand.

use rusqlite::{Connection, OpenFlags};
use tenure_service::clock::{Clock as _, SystemClock};

use crate::support::dev::Folder;

/// The store, as another process reads it.
pub(super) struct Store(Connection);

/// How many sessions there are, and how many have ended, at a moment: both only rise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    /// Unix milliseconds.
    pub(super) at: i64,
    pub(super) all: u64,
    pub(super) ended: u64,
}

impl Store {
    pub(super) fn of(folder: &Folder) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self(Connection::open_with_flags(folder.database(), flags).expect("a database"))
    }

    /// How many sessions of `demo` are as `sql` says.
    pub(super) fn count(&self, sql: &str) -> u64 {
        self.ask(&format!("SELECT count(*) FROM family WHERE app = 'demo' AND {sql}"))
    }

    pub(super) fn ask(&self, sql: &str) -> u64 {
        let n: i64 = self.0.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|e| panic!("{sql}: {e}"));
        u64::try_from(n).expect("a count")
    }

    pub(super) fn now(&self) -> Counted {
        let sql = "SELECT count(*), count(ended_at) FROM family WHERE app = 'demo'";
        let (all, ended) = self
            .0
            .query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
            .expect("counts");
        let at = SystemClock::default().now().millis();
        Counted {
            at,
            all: u64::try_from(all).expect("a count"),
            ended: u64::try_from(ended).expect("a count"),
        }
    }

    /// Live sessions: while no deadline passes, those that have not ended.
    pub(super) fn live(&self) -> u64 {
        self.count("ended_at IS NULL")
    }
}

impl Counted {
    /// Refuses a number of live sessions that there cannot have been between this moment and `after`.
    #[track_caller]
    pub(super) fn and(&self, after: &Self, live: u64, whose: &str) {
        let least = (self.all - self.ended).saturating_sub(after.ended - self.ended);
        let most = (self.all - self.ended) + (after.all - self.all);
        assert!((least..=most).contains(&live), "{whose}: {live} between {self:?} and {after:?}");
    }
}
