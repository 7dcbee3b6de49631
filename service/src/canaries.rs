//! Canaries: a store remembers which keys it was written with, so that a wrong or incomplete ring is noticed at once.

use tenure_core::digest::Canary;
use tenure_core::id::Kid;
use tenure_store::{Expected, Kind, Store, Write};

use crate::error::Error;
use crate::ring::{Ring, RingError};

const KIDS: u32 = 256;

/// Why a ring is not this store's.
pub(crate) enum Mismatch {
    Ring(RingError),
    Service(Error),
}

/// Refuses a ring that lacks a key that the store was written with, or holds another one under its number. A key that the
/// store has not seen yet gets its canary.
pub(crate) async fn check(store: &Store, ring: &Ring) -> Result<(), Mismatch> {
    let stored =
        store.records(Kind::Canary, "", None, KIDS).await.map_err(|e| Mismatch::Service(e.into()))?;
    let held: Vec<(Kid, Canary)> = ring.rules().canaries().collect();
    for record in &stored {
        let kid: u8 = record.key.parse().map_err(|e| Mismatch::Service(Error::bug(e)))?;
        let found = held.iter().find(|(k, _)| k.0 == kid).ok_or(Mismatch::Ring(RingError::Missing(kid)))?;
        let same = <[u8; 16]>::try_from(record.bytes.as_slice())
            .is_ok_and(|bytes| Canary::from_bytes(bytes) == found.1);
        if !same {
            return Err(Mismatch::Ring(RingError::Wrong(kid)));
        }
    }
    let new = held.iter().filter(|(kid, _)| !stored.iter().any(|record| record.key == kid.to_string()));
    let writes: Vec<_> = new.map(|(kid, canary)| put(*kid, canary)).collect();
    if !writes.is_empty() {
        store.write(&writes).await.map_err(|e| Mismatch::Service(e.into()))?;
    }
    Ok(())
}

fn put(kid: Kid, canary: &Canary) -> Write {
    let value = Some(canary.as_bytes().to_vec());
    Write { kind: Kind::Canary, key: kid.to_string(), expected: Expected::Any, value }
}
