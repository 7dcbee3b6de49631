//! The disk below a store: how much it has left, and whether it is one.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{fstatfs, fstatvfs};
use tenure_store::Disk;

/// The types of file systems that live in memory, as Linux numbers them (`tmpfs`, `ramfs`).
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];

/// The disk that the file or folder at `path` is on; `None` when the system does not say.
pub fn disk(path: &Path) -> Option<Disk> {
    below(&File::open(path).ok()?)
}

/// The disk that an open file is on.
pub(crate) fn below(file: impl AsFd) -> Option<Disk> {
    let size = fstatvfs(&file).ok()?;
    let kind = fstatfs(&file).ok()?.f_type;
    Some(Disk {
        free_bytes: size.f_bavail.saturating_mul(size.f_frsize),
        total_bytes: size.f_blocks.saturating_mul(size.f_frsize),
        in_memory: u64::try_from(kind).is_ok_and(|kind| IN_MEMORY.contains(&kind)),
    })
}
