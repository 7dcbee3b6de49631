//! `tenure backup verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tenure_service::backup::shown;
use tenure_service::canaries;
use tenure_service::ring::{Ring, RingError, RingSource};
use tenure_sqlite::backup;
use tenure_store::Record;
use tenure_wire::recovery::BackupMade;

use super::{failed, words};
use crate::output::{Fault, Output};

#[derive(Args)]
pub struct Verify {
    /// The backup.
    file: PathBuf,
    /// Say as well whether this key ring opens it.
    #[arg(long)]
    ring_file: Option<PathBuf>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    backup: BackupMade,
    /// Whether the ring that was given opens it.
    opened_by_ring: Option<bool>,
}

pub fn run(verify: &Verify, output: Output) -> Result<(), Fault> {
    let found = backup::verify(&verify.file).map_err(failed)?;
    let file = verify.file.display().to_string();
    if let Some(ring) = &verify.ring_file {
        opens(ring, &found.canaries).map_err(|error| {
            Fault::failed(format!("{file} is whole, and of no use with this ring: {error}"))
        })?;
    }
    let whole = Whole {
        backup: shown(&found.manifest, &file),
        opened_by_ring: verify.ring_file.is_some().then_some(true),
    };
    output.say(&whole, |whole| {
        let ring = match whole.opened_by_ring {
            Some(_) => "The key ring opens it.".to_owned(),
            None => format!(
                "It is of use with the key ring that holds its {}: --ring-file says whether a ring does.",
                words::keys(&whole.backup.ring_keys)
            ),
        };
        format!("{file} is whole: {}.\n{ring}", words::holds(&whole.backup))
    })
}

/// Refuses a ring that is not the one that these canaries were made with.
pub fn opens(ring: &Path, canaries: &[Record]) -> Result<(), RingError> {
    let ring = Ring::derive(&RingSource::File(ring.to_owned()).read()?)?;
    canaries::compare(canaries, &ring)
}
