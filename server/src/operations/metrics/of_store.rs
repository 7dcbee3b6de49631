//! What the store counts of itself.

use tenure_service::diagnosis::Figures;

use super::lines::{Lines, Written, shown};

pub(super) fn write(figures: &Figures, lines: &mut Lines<'_>) -> Written {
    lines.histogram(
        "store_commit_duration_seconds",
        "How long commits took",
        &shown(&figures.commit_micros, 1e6),
    )?;
    lines.histogram(
        "store_changes_per_commit",
        "How many changes shared a commit",
        &shown(&figures.changes_per_commit, 1.0),
    )?;
    lines.gauge("store_changes_waiting", "Changes that wait for a commit", figures.waiting)?;
    lines.counter(
        "store_changes_turned_away",
        "Changes answered 503 because too many were waiting",
        figures.turned_away,
    )?;
    if let Some(disk) = figures.disk {
        lines.gauge("store_disk_free_bytes", "What the disk below the store has left", disk.free_bytes)?;
        lines.gauge("store_disk_size_bytes", "The size of that disk", disk.total_bytes)?;
    }
    Ok(())
}
