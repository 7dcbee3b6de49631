//! Backups: the whole store in one file that says what it is, and a store made of such a file again.
//!
//! A backup is a SQLite database followed by its manifest:
//!
//! ```text
//! content        a SQLite database: a store under another `application_id`, so that none is served by mistake
//! "\n"
//! manifest       JSON on one line: what the content is, its length, and its SHA-256
//! "\n"
//! last line      90 bytes: SHA-256 of the manifest in hex, its length in 8 digits, "tenure-backup-1", "\n"
//! ```
//!
//! So `tail -n 2` shows a person what it is, and a file that was cut off, damaged, or never was a backup is told apart.

mod restore;
pub use restore::{Restored, Restoring};

mod losses;
pub use losses::{Losses, LostEnd, RecordLoss};

mod again;
pub use again::MadeAgain;

mod create;
pub use create::back_up;

mod verify;
pub use verify::{Verified, verify};

mod container;
pub use container::read_manifest;

mod manifest;

mod error;
pub use error::BackupError;

/// What `application_id` holds in a backup: "TENB".
const APPLICATION_ID: i32 = 0x5445_4e42;
