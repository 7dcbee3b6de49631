//! Canaries: a store remembers which keys it was written with, so that a wrong or incomplete ring is noticed at once.

use tenure_core::digest::Canary;
use tenure_core::id::Kid;
use tenure_store::{Expected, Kind, Record, Store, Write};

use crate::error::Error;
use crate::ring::{Ring, RingError};

const KIDS: u32 = 256;

/// Why a ring is not this store's.
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

/// The same for the canaries in the store. A key that it has not seen yet gets its canary.
pub(crate) async fn check(store: &Store, ring: &Ring) -> Result<(), Mismatch> {
    let stored =
        store.records(Kind::Canary, "", None, KIDS).await.map_err(|e| Mismatch::Service(e.into()))?;
    compare(&stored, ring).map_err(Mismatch::Ring)?;
    let held = ring.rules().canaries();
    let new = held.filter(|(kid, _)| !stored.iter().any(|record| record.key == kid.to_string()));
    let writes: Vec<_> = new.map(|(kid, canary)| put(kid, &canary)).collect();
    if !writes.is_empty() {
        store.write(&writes).await.map_err(|e| Mismatch::Service(e.into()))?;
    }
    Ok(())
}

fn put(kid: Kid, canary: &Canary) -> Write {
    let value = Some(canary.as_bytes().to_vec());
    Write { kind: Kind::Canary, key: kid.to_string(), expected: Expected::Any, value }
}
