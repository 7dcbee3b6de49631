//! The reference for the verbs of records.

use std::path::Path;

use async_trait::async_trait;
use tenure_core::time::Timestamp;

use super::{Memory, Stored, pause};
use crate::{
    Announcement, Backups, Directory, Expected, Kind, Manifest, NotMade, Record, Unavailable, Write, Written,
};

#[async_trait]
impl Directory for Memory {
    async fn get(&self, kind: Kind, key: &str) -> Result<Option<Record>, Unavailable> {
        pause().await;
        Ok(self.stored()?.records.get(&(kind, key.to_owned())).cloned())
    }

    async fn records(
        &self,
        kind: Kind,
        prefix: &str,
        after: Option<&str>,
        max: u32,
    ) -> Result<Vec<Record>, Unavailable> {
        pause().await;
        let stored = self.stored()?;
        let of_kind = stored.records.range((kind, prefix.to_owned())..).take_while(|((k, _), _)| *k == kind);
        let matching = of_kind
            .map(|(_, record)| record)
            .take_while(|record| record.key.starts_with(prefix))
            .filter(|record| after.is_none_or(|after| record.key.as_str() > after));
        Ok(matching.take(max as usize).cloned().collect())
    }

    async fn write(&self, writes: &[Write]) -> Result<Written, Unavailable> {
        pause().await;
        Ok(self.stored()?.write(writes))
    }

    async fn write_announced(
        &self,
        writes: &[Write],
        announcement: &Announcement,
    ) -> Result<Written, Unavailable> {
        pause().await;
        let mut stored = self.stored()?;
        let written = stored.write(writes);
        if written == Written::All {
            stored.saw(announcement.at);
            stored.announce(announcement.clone());
        }
        Ok(written)
    }

    async fn high_water(&self) -> Result<Timestamp, Unavailable> {
        Ok(self.stored()?.high_water.unwrap_or(Timestamp::from_millis(0)))
    }

    async fn probe(&self) -> Result<(), Unavailable> {
        self.stored().map(drop)
    }
}

#[async_trait]
impl Backups for Memory {
    /// There is nothing on a disk that a copy would outlive.
    async fn back_up(&self, _to: &Path, _at: Timestamp) -> Result<Manifest, NotMade> {
        Err(self.stored().err().map_or(NotMade::Unsupported, NotMade::Unavailable))
    }
}

impl Stored {
    fn write(&mut self, writes: &[Write]) -> Written {
        if let Some(conflict) = writes.iter().position(|write| !self.expects(write)) {
            return Written::Conflict(conflict);
        }
        writes.iter().for_each(|write| self.put(write));
        Written::All
    }

    fn expects(&self, write: &Write) -> bool {
        let found = self.records.get(&(write.kind, write.key.clone()));
        match write.expected {
            Expected::Absent => found.is_none(),
            Expected::Version(version) => found.is_some_and(|record| record.version == version),
            Expected::Any => true,
        }
    }

    fn put(&mut self, write: &Write) {
        let key = (write.kind, write.key.clone());
        match &write.value {
            None => drop(self.records.remove(&key)),
            Some(bytes) => {
                let version = self.records.get(&key).map_or(0, |record| record.version) + 1;
                let record = Record { key: write.key.clone(), version, bytes: bytes.clone() };
                self.records.insert(key, record);
            }
        }
    }
}
