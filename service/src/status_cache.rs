//! What this node remembers of status lists: whose bits are set, as far as it has read the feed, and the lists that it has signed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::sync::Cache;
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_wire::status_list::StatusLists;

use crate::limits::{
    STATUS_LIST_LIFE, STATUS_LIST_LOOKS_EVERY, STATUS_LIST_PLACES, STATUS_LISTS_IN_MEMORY,
    STATUS_LISTS_NAMED_OF_APPS,
};
use crate::place::Place;

/// Of every app whose lists were asked for.
pub(crate) struct StatusCache {
    ends: Mutex<HashMap<AppId, Arc<tokio::sync::Mutex<Ends>>>>,
    pub(crate) signed: Cache<(AppId, u32), Arc<SignedList>>,
    named: Cache<AppId, Arc<Named>>,
}

/// Where the lists of an app are, as they were read.
struct Named {
    at: Timestamp,
    /// When the app was created: another app of the same name later has lists of its own.
    app_from: Timestamp,
    lists: Arc<StatusLists>,
}

/// The ends of one app's sessions that have a place, while their auth tokens may be alive.
#[derive(Default)]
pub(crate) struct Ends {
    /// The number of the feed's last entry that was looked at.
    pub(crate) read_to: u64,
    /// By list and index: until when it is to be remembered.
    until: HashMap<u32, HashMap<u16, Timestamp>>,
}

/// A list as it was signed.
pub struct SignedList {
    /// The JWT.
    pub jwt: String,
    /// The bits as they are in it.
    pub(crate) lst: String,
    /// The key that signed it.
    pub(crate) kid: String,
    signed_at: Timestamp,
    /// When it was last found to say what is so, in milliseconds.
    looked_at: AtomicI64,
}

impl Default for StatusCache {
    fn default() -> Self {
        Self {
            ends: Mutex::default(),
            signed: Cache::new(STATUS_LISTS_IN_MEMORY),
            named: Cache::new(STATUS_LISTS_NAMED_OF_APPS),
        }
    }
}

impl StatusCache {
    /// What is remembered of `app`. Only for apps that have a list, so that strangers cannot make this grow.
    pub(crate) fn ends(&self, app: &AppId) -> Arc<tokio::sync::Mutex<Ends>> {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.entry(app.clone()).or_default().clone()
    }

    /// Where the lists are of the app that was created then, if that was read a short while ago.
    pub(crate) fn named(&self, app: &AppId, app_from: Timestamp, now: Timestamp) -> Option<Arc<StatusLists>> {
        let named = self.named.get(app).filter(|named| named.app_from == app_from)?;
        (now.since(named.at) < STATUS_LIST_LOOKS_EVERY).then(|| named.lists.clone())
    }

    /// Keeps what was read at `at`.
    pub(crate) fn name(&self, app: &AppId, app_from: Timestamp, at: Timestamp, lists: Arc<StatusLists>) {
        self.named.insert(app.clone(), Arc::new(Named { at, app_from, lists }));
    }
}

impl Ends {
    /// Remembers an end.
    pub(crate) fn set(&mut self, place: Place, until: Timestamp) {
        let known = self.until.entry(place.list).or_default().entry(place.index).or_insert(until);
        *known = until.max(*known);
    }

    /// Forgets what reaches no auth token any more.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        self.until.retain(|_, set| {
            set.retain(|_, until| *until >= now);
            !set.is_empty()
        });
    }

    /// The bits of a list: eight places a byte, the first in the least significant bit (§4.1).
    pub(crate) fn bits(&self, list: u32) -> Vec<u8> {
        let mut bytes = vec![0_u8; usize::from(STATUS_LIST_PLACES).div_ceil(8)];
        for index in self.until.get(&list).into_iter().flat_map(HashMap::keys) {
            if let Some(byte) = bytes.get_mut(usize::from(index / 8)) {
                *byte |= 1 << (index % 8);
            }
        }
        bytes
    }
}

impl SignedList {
    /// A list that was signed now.
    pub(crate) fn new(jwt: String, lst: String, kid: &str, now: Timestamp) -> Self {
        let looked_at = AtomicI64::new(now.millis());
        Self { jwt, lst, kid: kid.to_owned(), signed_at: now, looked_at }
    }

    /// Whether it may be handed out at `now` as it is: it was looked at a short while ago.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        let looked_at = Timestamp::from_millis(self.looked_at.load(Ordering::Relaxed));
        now.since(looked_at) < STATUS_LIST_LOOKS_EVERY && self.is_young(now)
    }

    /// Whether at least half of its life is left.
    pub(crate) fn is_young(&self, now: Timestamp) -> bool {
        now.since(self.signed_at).millis() < STATUS_LIST_LIFE.millis() / 2
    }

    /// It still says what is so.
    pub(crate) fn look(&self, now: Timestamp) {
        self.looked_at.fetch_max(now.millis(), Ordering::Relaxed);
    }
}
