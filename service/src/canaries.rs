//! What a store remembers of the key ring: a canary for each key, so that a wrong or incomplete ring is noticed at once, when
//! each was seen first, and which were retired.

use std::collections::BTreeMap;

use tenure_core::digest::Canary;
use tenure_core::id::Kid;
use tenure_core::ring::{KeyRing, KeyState};
use tenure_core::time::Timestamp;
use tenure_store::{Expected, Kind, Record, Store, Write};

use crate::error::Error;
use crate::nodes;
use crate::records::{self, RingKeyRecord, ring_key_key};
use crate::ring::{Ring, RingError};

const KIDS: u32 = 256;

/// Why a ring is not this store's, or must not be used now.
pub(crate) enum Mismatch {
    Ring(RingError),
    Service(Error),
}

/// Refuses a ring that lacks a key that `stored` was written with, or holds another one under its number.
pub fn compare(stored: &[Record], ring: &Ring) -> Result<(), RingError> {
    for record in stored {
        // A number that is none is no key of any ring.
        let kid: u8 =
            record.key.parse().map_err(|_| RingError::Invalid("a canary has no number".to_owned()))?;
        let mut held = ring.rules().canaries();
        let (_, canary) = held.find(|(held, _)| held.0 == kid).ok_or(RingError::Missing(kid))?;
        let same = <[u8; 16]>::try_from(record.bytes.as_slice())
            .is_ok_and(|bytes| Canary::from_bytes(bytes) == canary);
        if !same {
            return Err(RingError::Wrong(kid));
        }
    }
    Ok(())
}

/// When the store first saw each key.
pub(crate) type FirstSeen = BTreeMap<Kid, Timestamp>;

/// Refuses a ring that lacks a key that the store was written with, holds another one under its number, or honours one that
/// was retired; and one that the other nodes are not ready for. What the store has not seen yet of it is remembered.
pub(crate) async fn check(
    store: &Store,
    ring: &Ring,
    node: &str,
    now: Timestamp,
) -> Result<FirstSeen, Mismatch> {
    let new = check_keys(store, ring).await?;
    let (seen, mut writes) = compare_known(ring.rules(), &read_known(store).await?, now)?;
    nodes::check(ring.rules(), node, &nodes::all(store).await?, now)?;
    writes.extend(new.iter().map(|(kid, canary)| put(*kid, canary)));
    if !writes.is_empty() {
        store.write(&writes).await.map_err(Error::from)?;
    }
    Ok(seen)
}

impl From<RingError> for Mismatch {
    fn from(error: RingError) -> Self {
        Self::Ring(error)
    }
}

impl From<Error> for Mismatch {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

/// The canaries that the store lacks.
async fn check_keys(store: &Store, ring: &Ring) -> Result<Vec<(Kid, Canary)>, Mismatch> {
    let stored = store.records(Kind::Canary, "", None, KIDS).await.map_err(Error::from)?;
    compare(&stored, ring)?;
    let is_new = |(kid, _): &(Kid, Canary)| !stored.iter().any(|record| record.key == kid.to_string());
    Ok(ring.rules().canaries().filter(is_new).collect())
}

async fn read_known(store: &Store) -> Result<BTreeMap<Kid, RingKeyRecord>, Error> {
    let prefix = ring_key_key(None);
    let found = store.records(Kind::Installation, &prefix, None, KIDS).await?;
    let known = |record: tenure_store::Record| {
        let kid = record.key[prefix.len()..].parse().map_err(Error::bug)?;
        Ok((Kid(kid), records::read(Kind::Installation, &record)?))
    };
    found.into_iter().map(known).collect()
}

/// When each key was seen first, and what has to be remembered anew.
fn compare_known(
    ring: &KeyRing,
    known: &BTreeMap<Kid, RingKeyRecord>,
    now: Timestamp,
) -> Result<(FirstSeen, Vec<Write>), Mismatch> {
    let (mut seen, mut writes) = (FirstSeen::new(), Vec::new());
    for (kid, state) in ring.states() {
        let retired = state == KeyState::Retired;
        let before = known.get(&kid);
        if !retired && before.is_some_and(|record| record.retired) {
            return Err(RingError::Revived(kid.0).into());
        }
        let first = before.map_or(now.millis(), |record| record.first_seen_at_ms);
        if before.is_none_or(|record| record.retired != retired) {
            let record = RingKeyRecord { first_seen_at_ms: first, retired };
            let key = ring_key_key(Some(kid));
            writes.push(records::put(Kind::Installation, key, &record, Expected::Any)?);
        }
        seen.insert(kid, Timestamp::from_millis(first));
    }
    Ok((seen, writes))
}

fn put(kid: Kid, canary: &Canary) -> Write {
    let value = Some(canary.as_bytes().to_vec());
    Write { kind: Kind::Canary, key: kid.to_string(), expected: Expected::Any, value }
}
