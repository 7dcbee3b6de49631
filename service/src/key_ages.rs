//! How old the keys are: for those who watch that none is forgotten.

use tenure_core::id::Kid;
use tenure_core::time::Timestamp;

use crate::service::Service;

/// How many keys of a kind there are, and their ages. Counts, never names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyAges {
    /// How many.
    pub keys: usize,
    /// Age of the oldest, in seconds.
    pub oldest_secs: i64,
    /// Age of the newest, in seconds.
    pub newest_secs: i64,
}

impl Service {
    /// The keys that sign auth tokens now, one an app.
    pub fn signing_key_ages(&self) -> KeyAges {
        let now = self.clock.now();
        let apps = self.catalogue.all();
        let published = apps.iter().filter_map(|app| {
            let signing = app.key_set.signing(now)?;
            Some(app.key_set.keys[signing].published_at)
        });
        KeyAges::of(published, now)
    }

    /// The keys of the ring that are honoured.
    pub fn ring_key_ages(&self) -> KeyAges {
        let ring = self.ring.load_full();
        let honoured = |kid: &Kid| !ring.rules().is_retired(*kid);
        let watch = self.ring_watch();
        let seen = watch.first_seen.iter().filter(|(kid, _)| honoured(kid)).map(|(_, at)| *at);
        KeyAges::of(seen, self.clock.now())
    }
}

impl KeyAges {
    fn of(made: impl Iterator<Item = Timestamp>, now: Timestamp) -> Self {
        let mut ages = Self::default();
        for age in made.map(|at| now.since(at).secs().max(0)) {
            ages.oldest_secs = ages.oldest_secs.max(age);
            ages.newest_secs = if ages.keys == 0 { age } else { ages.newest_secs.min(age) };
            ages.keys += 1;
        }
        ages
    }
}
