//! Backups and recovery.

use serde_json::json;
use tenure_wire::recovery::{BackupStatus, CreateBackup, OpenRecovery, RecoveryStatus};

use super::super::operation::{Needs, Operation};
use crate::code::Code;

/// Every operation on backups and recovery.
pub(super) fn operations() -> Vec<Operation> {
    let of_recovery =
        |method, id, summary| Operation::new("operations", method, "/v1/recovery", id, summary).needs(ADMIN);
    let of_backups =
        |method, id, summary| Operation::new("operations", method, "/v1/backups", id, summary).needs(ADMIN);
    vec![
        of_recovery("get", "showRecovery", "May clients that are ahead of the store go on?")
            .gives::<RecoveryStatus>(200, "Whether they may, and what the store was restored from."),
        of_recovery("post", "openRecovery", "Adopt clients that are ahead of a restored store")
            .says("For a bounded time. While it is open, the ring's keys and a session's id are enough to take that session over.")
            .takes::<OpenRecovery>(json!({"seconds": 3600}))
            .gives::<RecoveryStatus>(200, "It is open."),
        of_recovery("delete", "closeRecovery", "Let clients that are ahead of the store wait")
            .gives::<RecoveryStatus>(200, "It is closed."),
        of_backups("get", "showBackups", "The backup under way, and the last one")
            .gives::<BackupStatus>(200, "Neither holds the key ring."),
        of_backups("post", "createBackup", "Begin a backup")
            .says("Only through the process's own socket: it makes a file on the server's machine. It goes on after the answer.")
            .takes::<CreateBackup>(json!({"to": "/var/backups/tenure/monday.backup"}))
            .gives::<BackupStatus>(202, "It has begun.")
            .refuses(&[Code::Conflict]),
    ]
}

const ADMIN: Needs = Needs::Key("admin, every app");
