//! Only their owner reads what holds secrets and sessions, and the two lie apart.

use super::{Facts, Verdict};
use crate::doctor::finding::Finding;

pub(super) fn judge(facts: &Facts) -> Verdict {
    let Some(files) = &facts.files else { return Verdict::skipped("the server is elsewhere") };
    let open = files.modes.iter().filter(|(_, mode)| mode & 0o077 != 0);
    let mut found: Vec<_> = open
        .map(|(path, mode)| {
            Finding::new(
                format!("{} has mode {mode:03o}", path.display()),
                "Others on this machine can read or use it: keys, sessions, or the owner's way into the server.",
                format!("chmod 600 {}", path.display()),
            )
        })
        .collect();
    if let Some((path, Err(why))) = &files.ring
        && !files.modes.iter().any(|(open, mode)| open == path && mode & 0o077 != 0)
    {
        found.push(Finding::new(
            why,
            "Without its key ring the server does not start, and without the right one all its sessions are lost.",
            format!("Put the ring that belongs to the store at {}; for a new store, make one with `tenure ring create`.", path.display()),
        ));
    }
    if let Some((path, _)) = files.ring.as_ref().filter(|_| files.ring_beside_store) {
        found.push(Finding::new(
            format!("the key ring {} lies in the folder of the store", path.display()),
            "Whoever copies that folder, as a backup does, holds the keys together with what they protect.",
            "Move the ring elsewhere (/etc/tenure/ring.toml), set ring_file, and keep its backup apart from the store's.",
        ));
    }
    Verdict::Judged(found)
}
