//! There is room.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

const GIB: u64 = 1 << 30;
/// Less than this is little, whatever the size of the disk.
const LITTLE: u64 = GIB;
/// So much is enough, whatever the size of the disk.
const ENOUGH: u64 = 10 * GIB;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let local =
        facts.files.as_ref().and_then(|files| files.disk).map(|disk| (disk.free_bytes, disk.total_bytes));
    let of_node =
        || facts.node.as_ref().ok().and_then(|node| node.store.free_bytes.zip(node.store.total_bytes));
    let Some((free, total)) = local.or_else(of_node) else {
        return Verdict::skipped("the system does not say");
    };
    let is_little = free < LITTLE || (free < ENOUGH && free < total / 20);
    let mebibytes = |bytes: u64| bytes >> 20;
    let found = is_little.then(|| {
        Finding::new(
            format!("the disk below the store has {} MiB of {} MiB left", mebibytes(free), mebibytes(total)),
            "When it is full, nothing can be opened, refreshed or ended: every change is answered 503.",
            "Make room, or put the store on a larger disk; a session takes about 400 bytes.",
        )
    });
    Verdict::Judged(found.into_iter().collect())
}
