//! The file around the content: sealing it with its manifest, and reading that again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tenure_store::Manifest;

use super::error::BackupError;
use super::{APPLICATION_ID, manifest};
use crate::schema;

/// The last line: 64 hexadecimal digits, a space, 8 decimal ones, a space, and this.
const MARK: &str = "tenure-backup-1\n";
/// What the mark of every version begins with.
const MARK_START: &[u8] = b" tenure-backup-";
const LAST_LINE_BYTES: u64 = 64 + 1 + 8 + 1 + MARK.len() as u64;
/// No manifest is longer: a length beyond it is damage.
const MANIFEST_MAX_BYTES: u64 = 64 << 10;
const CHUNK_BYTES: usize = 1 << 20;

/// Writes `manifest` after the content, durably.
pub(super) fn seal(path: &Path, manifest: &Manifest) -> io::Result<()> {
    let text = manifest::to_text(manifest).map_err(io::Error::other)?;
    let sum = Sha256::digest(&text).into();
    let mut file = OpenOptions::new().append(true).open(path)?;
    write!(file, "\n{text}\n{}", write_last_line(&sum, text.len() as u64))?;
    file.sync_all()
}

fn write_last_line(sum: &[u8; 32], length: u64) -> String {
    format!("{} {length:08} {MARK}", manifest::hex(sum))
}

/// What the backup at `path` says of itself. Its manifest is whole; its content was not looked at yet.
pub fn read_manifest(path: &Path) -> Result<Manifest, BackupError> {
    let io = BackupError::file(path);
    let mut file = File::open(path).map_err(&io)?;
    let bytes = file.metadata().map_err(&io)?.len();
    let Some(before) = bytes.checked_sub(LAST_LINE_BYTES) else {
        return Err(no_backup(path, &mut file, bytes));
    };
    let mut last = [0; LAST_LINE_BYTES as usize];
    file.seek(SeekFrom::Start(before)).and_then(|_| file.read_exact(&mut last)).map_err(&io)?;
    let (sum, length) = match last_line(&last) {
        Some(found) => found,
        None if is_newer(&last) => {
            return Err(BackupError::too_new(path, "this program does not know its format"));
        }
        None => return Err(no_backup(path, &mut file, bytes)),
    };
    let damaged = |what: &str| BackupError::damaged(path, what);
    let start = before.checked_sub(length + 2).filter(|_| length <= MANIFEST_MAX_BYTES);
    let start = start.ok_or_else(|| damaged("its last line gives its manifest a length that cannot be"))?;
    let mut lines = vec![0; length as usize + 2];
    file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut lines)).map_err(&io)?;
    let text = lines.strip_prefix(b"\n").and_then(|rest| rest.strip_suffix(b"\n"));
    let text = text.ok_or_else(|| damaged("its manifest does not stand on a line of its own"))?;
    if Sha256::digest(text)[..] != sum {
        return Err(damaged("its manifest does not have the sum that is written beside it"));
    }
    let found = manifest::from_text(text).ok_or_else(|| damaged("its manifest cannot be read"))?;
    if found.content_bytes != start {
        return Err(damaged(&format!(
            "it has {start} bytes of content where its manifest says {}",
            found.content_bytes
        )));
    }
    if found.schema > schema::NEEDED + 1 {
        let what = format!(
            "its schema is at step {}, and this program works with {} at most (it was made by version {})",
            found.schema,
            schema::NEEDED + 1,
            found.program
        );
        return Err(BackupError::too_new(path, what));
    }
    Ok(found)
}

/// Copies the content of the backup at `path` to `to`, and refuses it when its sum is not the manifest's.
pub(super) fn copy_content(
    path: &Path,
    manifest: &Manifest,
    to: &mut File,
    to_path: &Path,
) -> Result<(), BackupError> {
    let mut file = File::open(path).map_err(BackupError::file(path))?;
    let mut sum = Sha256::new();
    let mut left = manifest.content_bytes;
    let mut chunk = vec![0; CHUNK_BYTES];
    while left > 0 {
        let next = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        file.read_exact(&mut chunk[..next]).map_err(BackupError::file(path))?;
        sum.update(&chunk[..next]);
        to.write_all(&chunk[..next]).map_err(BackupError::file(to_path))?;
        left -= next as u64;
    }
    same_sum(path, manifest, sum)
}

/// Refuses the backup at `path` when the sum of its content is not the manifest's.
pub(super) fn check_content(path: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let file = File::open(path).map_err(BackupError::file(path))?;
    let sum = sum(&mut file.take(manifest.content_bytes)).map_err(BackupError::file(path))?;
    same_sum(path, manifest, sum)
}

/// SHA-256 of all that `from` gives.
pub(super) fn sum(from: &mut impl Read) -> io::Result<Sha256> {
    let mut sum = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match from.read(&mut chunk)? {
            0 => return Ok(sum),
            read => sum.update(&chunk[..read]),
        }
    }
}

fn same_sum(path: &Path, manifest: &Manifest, sum: Sha256) -> Result<(), BackupError> {
    if sum.finalize()[..] == manifest.sha256 {
        return Ok(());
    }
    Err(BackupError::damaged(path, "its content does not have the sum that its manifest gives"))
}

/// The sum and the length of the manifest, from a last line of this version, which is written in one way only.
fn last_line(line: &[u8]) -> Option<([u8; 32], u64)> {
    let text = std::str::from_utf8(line).ok()?;
    let (sum, length) = (manifest::from_hex(text.get(..64)?)?, text.get(65..73)?.parse().ok()?);
    (text == write_last_line(&sum, length)).then_some((sum, length))
}

fn is_newer(line: &[u8]) -> bool {
    let start = line.windows(MARK_START.len()).position(|part| part == MARK_START);
    let number = start.and_then(|start| line[start + MARK_START.len()..].strip_suffix(b"\n"));
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit) && number != b"1")
}

/// What a file is that does not end as a backup does, by how it begins.
fn no_backup(path: &Path, file: &mut File, bytes: u64) -> BackupError {
    let mut head = [0; 100];
    let path = path.to_owned();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_exact(&mut head));
    if read.is_err() || !head.starts_with(b"SQLite format 3\0") {
        return BackupError::Foreign { path };
    }
    // The header of a SQLite database: https://www.sqlite.org/fileformat.html#the_database_header
    let number = |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let page_bytes = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    match number(68) as i32 {
        schema::APPLICATION_ID => BackupError::Store { path },
        APPLICATION_ID => {
            let whole = page_bytes * u64::from(number(28));
            let expected = (whole > 0)
                .then_some(whole)
                .filter(|whole| bytes <= whole + LAST_LINE_BYTES + MANIFEST_MAX_BYTES);
            BackupError::CutOff { path, bytes, expected }
        }
        _ => BackupError::Foreign { path },
    }
}
