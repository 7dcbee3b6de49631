//! The configuration: a file, and the keys that a command line sets.
//!
//! Promised: it is understood whole, or refused with a sentence.

use std::cell::RefCell;
use std::io::{Seek as _, Write as _};

use tempfile::NamedTempFile;

use crate::cli::config::Config;

/// Stands between the file and the `key=value` lines of the command line.
const COMMAND_LINE: &str = "\n---\n";

thread_local! {
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().unwrap());
}

/// Takes TOML, and after a line `---` what a command line would set.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (toml, flags) = text.split_once(COMMAND_LINE).unwrap_or((text, ""));
    let flags: Vec<_> = flags.lines().filter_map(|line| line.split_once('=')).collect();
    let flags: Vec<_> = flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    FILE.with_borrow_mut(|file| {
        file.as_file().set_len(0).unwrap();
        file.rewind().unwrap();
        file.write_all(toml.as_bytes()).unwrap();
        match Config::load(Some(file.path()), &flags) {
            Ok((config, _)) => understood(&config),
            Err(why) => assert!(!why.is_empty(), "refused without a word"),
        }
    });
}

fn understood(config: &Config) {
    assert!(!config.public_url.ends_with('/') && !config.listen.is_empty());
    assert!(config.public_url.starts_with("https://") || config.public_url.starts_with("http://"));
    assert!(config.sqlite_path().is_ok());
}
