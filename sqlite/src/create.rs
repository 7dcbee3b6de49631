//! Making files that only their owner can read, whatever the umask says.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens the file for writing; makes it first, with mode 0600, where it is missing.
pub(crate) fn file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
