//! What all clients share: where the server is, which sessions there are, what was counted, and what went wrong.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::places::Places;

/// Shared by all clients.
pub struct World {
    pub port: u16,
    pub api_key: String,
    pub tally: Tally,
    pub places: Places,
    stopped: AtomicBool,
    sessions: Mutex<Vec<Arc<Held>>>,
    faults: Mutex<Vec<String>>,
}

/// A session as everybody knows it.
pub struct Held {
    pub sid: String,
    end: AtomicU8,
}

const LIVE: u8 = 0;
const ENDING: u8 = 1;
const ENDED: u8 = 2;

impl Held {
    pub fn new(sid: String) -> Self {
        Self { sid, end: AtomicU8::new(LIVE) }
    }

    /// Before somebody asks for its end: from now on it may be refused.
    pub fn will_end(&self) {
        let _ = self.end.compare_exchange(LIVE, ENDING, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Once its end was acknowledged: from now on it must be refused.
    pub fn has_ended(&self) {
        self.end.store(ENDED, Ordering::SeqCst);
    }

    pub fn may_be_refused(&self) -> bool {
        self.end.load(Ordering::SeqCst) != LIVE
    }

    pub fn must_be_refused(&self) -> bool {
        self.end.load(Ordering::SeqCst) == ENDED
    }
}

impl World {
    pub fn new(port: u16, api_key: &str) -> Self {
        Self {
            port,
            api_key: api_key.to_owned(),
            tally: Tally::default(),
            places: Places::default(),
            stopped: AtomicBool::new(false),
            sessions: Mutex::default(),
            faults: Mutex::default(),
        }
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    pub fn add(&self, held: Arc<Held>) {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).push(held);
    }

    /// Takes one out, if there is any: the one that `pick` chooses of so many.
    pub fn take(&self, pick: impl FnOnce(u64) -> u64) -> Option<Arc<Held>> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let count = sessions.len() as u64;
        (count > 0).then(|| sessions.swap_remove(pick(count) as usize))
    }

    pub fn fault(&self, what: String) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub fn is_at_fault(&self) -> bool {
        !self.faults.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub fn assert_no_faults(&self) {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(
            faults.is_empty(),
            "{} faults, the first:\n{}",
            faults.len(),
            faults[..faults.len().min(10)].join("\n")
        );
    }
}

/// What happened, in numbers.
#[derive(Default)]
pub struct Tally {
    pub opened: AtomicU64,
    /// Refreshes answered with 200.
    pub acknowledged: AtomicU64,
    /// Requests that were sent and not answered.
    pub lost: AtomicU64,
    /// Answers to a token and key that had been sent before.
    pub again: AtomicU64,
    /// Those of them that were compared with an earlier answer.
    pub compared: AtomicU64,
    pub not_now: AtomicU64,
    pub signed_out: AtomicU64,
    pub ended_by_admin: AtomicU64,
    /// Presentations for ended sessions, all refused.
    pub refused: AtomicU64,
    pub verified: AtomicU64,
    /// Old tokens that ended their session.
    pub caught: AtomicU64,
}

impl Tally {
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// One more.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        write!(
            f,
            "{} sessions opened, {} refreshes acknowledged, {} answers lost, {} tokens presented again ({} compared with \
             an earlier answer), {} times not now; {} sign-outs, {} ended by the operator, {} presentations refused after \
             that; {} live sessions verified at the end, {} old tokens caught",
            n(&self.opened),
            n(&self.acknowledged),
            n(&self.lost),
            n(&self.again),
            n(&self.compared),
            n(&self.not_now),
            n(&self.signed_out),
            n(&self.ended_by_admin),
            n(&self.refused),
            n(&self.verified),
            n(&self.caught),
        )
    }
}
