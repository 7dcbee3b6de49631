//! What this node may give out of each app's status lists: lots of places that no other node gives out.

use std::collections::HashMap;

use tenure_core::id::AppId;
use tenure_core::time::Timestamp;

use crate::limits::{STATUS_LIST_PLACES, STATUS_LOT_KEPT, STATUS_LOTS};
use crate::place::Place;
use crate::records::FillingRecord;

/// Places of one lot.
const OF_A_LOT: usize = STATUS_LIST_PLACES as usize / STATUS_LOTS as usize;
/// Random bytes to draw a lot with, and to shuffle it.
pub(crate) const RANDOM_OF_A_LEASE: usize = 2 * OF_A_LOT;

/// The lots that this node has, one an app.
#[derive(Default)]
pub(crate) struct Leases {
    lots: tokio::sync::Mutex<HashMap<AppId, Lot>>,
}

/// Places of one list that are for this node alone.
pub(crate) struct Lot {
    list: u32,
    /// In the order in which they are given out, last one first.
    left: Vec<u16>,
    until: Timestamp,
    /// When the app was created: another app of the same name later has lists of its own.
    app_from: Timestamp,
}

impl Leases {
    /// Every lot, for whoever takes a place or another lot: one at a time.
    pub(crate) async fn lots(&self) -> tokio::sync::MutexGuard<'_, HashMap<AppId, Lot>> {
        self.lots.lock().await
    }
}

impl Lot {
    /// Takes a lot that is free out of the list that is being filled, at random, and shuffles it: a place tells neither how many
    /// there are nor which one comes next. None is free: nothing.
    pub(crate) fn take(
        filling: &mut FillingRecord,
        random: &[u8; RANDOM_OF_A_LEASE],
        app_from: Timestamp,
        now: Timestamp,
    ) -> Option<Self> {
        let free: Vec<u16> = (0..STATUS_LOTS).filter(|lot| filling.free & (1 << lot) != 0).collect();
        let (drawn, rest) = random.split_at(2);
        let lot = *free.get(remainder(drawn, free.len())?)?;
        filling.free &= !(1 << lot);
        let mut left: Vec<u16> = (lot..STATUS_LIST_PLACES).step_by(usize::from(STATUS_LOTS)).collect();
        for (n, drawn) in (1..left.len()).zip(rest.chunks_exact(2)) {
            left.swap(n, remainder(drawn, n + 1)?);
        }
        Some(Self { list: filling.list, left, until: now.plus(STATUS_LOT_KEPT), app_from })
    }

    /// Gives out a place, unless there is none left, the lot is too old, or it was another app's of this name.
    pub(crate) fn give(&mut self, app_from: Timestamp, now: Timestamp) -> Option<Place> {
        if self.app_from != app_from || now >= self.until {
            return None;
        }
        Some(Place { list: self.list, index: self.left.pop()? })
    }
}

/// Two random bytes as a number below `bound`, which is small: hardly uneven.
fn remainder(random: &[u8], bound: usize) -> Option<usize> {
    let random = u16::from_be_bytes(random.try_into().ok()?);
    usize::from(random).checked_rem(bound)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_lots_of_a_list_have_each_place_once() {
        let (mut filling, now) = (FillingRecord { list: 7, free: u64::MAX }, Timestamp::from_secs(0));
        let mut seen = HashSet::new();
        for turn in 0..STATUS_LOTS {
            let random = std::array::from_fn(|n| (n as u8).wrapping_mul(31).wrapping_add(turn as u8));
            let mut lot = Lot::take(&mut filling, &random, now, now).unwrap();
            while let Some(Place { list: 7, index }) = lot.give(now, now) {
                assert!(index < STATUS_LIST_PLACES && seen.insert(index));
            }
        }
        assert_eq!(seen.len(), usize::from(STATUS_LIST_PLACES));
        assert!(Lot::take(&mut filling, &[0; RANDOM_OF_A_LEASE], now, now).is_none());
    }

    #[test]
    fn a_lot_that_is_old_or_another_apps_gives_nothing() {
        let (mut filling, now) = (FillingRecord { list: 7, free: u64::MAX }, Timestamp::from_secs(0));
        let mut lot = Lot::take(&mut filling, &[0; RANDOM_OF_A_LEASE], now, now).unwrap();
        let later = now.plus(STATUS_LOT_KEPT);
        assert_eq!((lot.give(now, later), lot.give(later, now)), (None, None));
        assert!(lot.give(now, now).is_some());
    }
}
