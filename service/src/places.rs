//! Giving sessions their places in status lists: each place once, on whatever node, and also after a crash.

use std::sync::Arc;

use tenure_core::amend::annotate;
use tenure_core::family::Family;
use tenure_core::id::AppId;
use tenure_core::time::Timestamp;
use tenure_store::{Expected, Kind, Unavailable, Write, Written};

use crate::catalogue::App;
use crate::entropy::fresh;
use crate::error::Result;
use crate::leases::{Lot, RANDOM_OF_A_LEASE};
use crate::limits::{ATTEMPTS, STATUS_LIST_KEPT};
use crate::place::Place;
use crate::records::{self, FillingRecord, StatusListRecord, filling_key, status_list_key};
use crate::service::Service;

const RECORDS_A_READ: u32 = 1000;

impl Service {
    /// A place for a session that has none, if `app` has status lists. It is given out once and never again. Asks the store once
    /// for many places; when that does not answer there is no place, and no token that no list could show.
    pub(crate) async fn place_for(
        &self,
        app: &App,
        has: Option<Place>,
        now: Timestamp,
    ) -> Result<Option<Place>> {
        if has.is_some() || !app.has_status_lists() {
            return Ok(has);
        }
        let mut lots = self.leases.lots().await;
        if let Some(place) = lots.get_mut(&app.id).and_then(|lot| lot.give(app.created_at, now)) {
            return Ok(Some(place));
        }
        let mut lot = self.lease(app, now).await?;
        let place = lot.give(app.created_at, now);
        lots.insert(app.id.clone(), lot);
        Ok(place)
    }

    /// The stored claims of a session that is to be opened, with a place before them if `app` has status lists.
    pub(crate) async fn placed(
        &self,
        app: &App,
        claims: Option<Arc<str>>,
        now: Timestamp,
    ) -> Result<Option<Arc<str>>> {
        Ok(match self.place_for(app, None, now).await? {
            Some(place) => Some(place.before(claims.as_deref())),
            None => claims,
        })
    }

    /// Whether `family` was opened before its app had status lists, and has no place yet.
    pub(crate) fn lacks_place(&self, app: &App, family: &Family) -> bool {
        app.has_status_lists() && family.claims.as_deref().and_then(|text| Place::split(text).0).is_none()
    }

    /// Gives `family`, which is about to be served, its place. Somebody else may have been faster: read again.
    pub(crate) async fn give_place(&self, app: &App, family: &Family, now: Timestamp) -> Result<()> {
        if let Some(place) = self.place_for(app, None, now).await? {
            let change = annotate(family, place.before(family.claims.as_deref()));
            self.store.commit(family, &change).await?;
        }
        Ok(())
    }

    /// Takes a lot for this node: of the list that is being filled, or of a new one once that is full.
    async fn lease(&self, app: &App, now: Timestamp) -> Result<Lot> {
        let key = filling_key(&app.id);
        for _ in 0..ATTEMPTS {
            let stored = self.store.get(Kind::StatusList, &key).await?;
            let expected =
                stored.as_ref().map_or(Expected::Absent, |record| Expected::Version(record.version));
            let stored = stored.map(|record| records::read(Kind::StatusList, &record)).transpose()?;
            let mut writes = Vec::new();
            let mut filling = match stored {
                Some(filling @ FillingRecord { free: 1.., .. }) => filling,
                _ => {
                    let list = u32::from_be_bytes(fresh(&*self.entropy)?);
                    writes.extend(self.outlived(&app.id, now).await?);
                    writes.push(list_record(&app.id, list, None, Expected::Absent)?);
                    FillingRecord { list, free: u64::MAX }
                }
            };
            let random: [u8; RANDOM_OF_A_LEASE] = fresh(&*self.entropy)?;
            let Some(lot) = Lot::take(&mut filling, &random, app.created_at, now) else { continue };
            if filling.free == 0 {
                writes.push(list_record(&app.id, filling.list, Some(now), Expected::Any)?);
            }
            writes.push(records::put(Kind::StatusList, key.clone(), &filling, expected)?);
            if self.store.write(&writes).await? == Written::All {
                return Ok(lot);
            }
        }
        Err(Unavailable::new("an app's status lists were filled faster than a place could be taken").into())
    }

    /// Removes the lists of `app` that no auth token can name any more.
    async fn outlived(&self, app: &AppId, now: Timestamp) -> Result<Vec<Write>> {
        let mut writes = Vec::new();
        for (list, record) in self.list_records(app, usize::MAX).await? {
            let filled = record.filled_at_ms.map(Timestamp::from_millis);
            if filled.is_some_and(|filled| now.since(filled) > STATUS_LIST_KEPT) {
                let key = status_list_key(app, Some(list));
                writes.push(Write { kind: Kind::StatusList, key, expected: Expected::Any, value: None });
            }
        }
        Ok(writes)
    }

    /// The lists of `app`, at most `max`.
    pub(crate) async fn list_records(&self, app: &AppId, max: usize) -> Result<Vec<(u32, StatusListRecord)>> {
        let prefix = status_list_key(app, None);
        let (mut lists, mut after) = (Vec::new(), None);
        loop {
            let page =
                self.store.records(Kind::StatusList, &prefix, after.as_deref(), RECORDS_A_READ).await?;
            let Some(last) = page.last() else { return Ok(lists) };
            after = Some(last.key.clone());
            for record in &page {
                if let Ok(list) = record.key[prefix.len()..].parse() {
                    lists.push((list, records::read(Kind::StatusList, record)?));
                }
            }
            if lists.len() >= max {
                lists.truncate(max);
                return Ok(lists);
            }
        }
    }
}

fn list_record(app: &AppId, list: u32, filled: Option<Timestamp>, expected: Expected) -> Result<Write> {
    let record = StatusListRecord { filled_at_ms: filled.map(Timestamp::millis) };
    records::put(Kind::StatusList, status_list_key(app, Some(list)), &record, expected)
}
