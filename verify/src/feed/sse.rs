//! Server-sent events, of which only the data counts, out of bytes that come in any pieces.

use crate::limits::MESSAGE_BYTES;

/// An event stream that is being read.
#[derive(Default)]
pub(super) struct Events {
    /// What came of a line that has not ended.
    line: Vec<u8>,
    /// The data of an event that has not ended.
    data: Vec<u8>,
    ends_with_cr: bool,
}

/// An event or a line longer than a message may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Events {
    /// Takes the next bytes, and gives the data of each event that is whole by them to `each`, until that refuses one.
    pub(super) fn take<E: From<TooLong>>(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            // The line feed of a carriage return that came before it ends nothing.
            let is_second_half = end == 0 && rest[0] == b'\n' && self.ends_with_cr;
            self.ends_with_cr = rest[end] == b'\r';
            if !is_second_half {
                self.line.extend_from_slice(&rest[..end]);
                self.end_of_line(&mut each)?;
            }
            rest = &rest[end + 1..];
        }
        if !rest.is_empty() {
            self.ends_with_cr = false;
        }
        self.line.extend_from_slice(rest);
        if self.line.len() + self.data.len() > MESSAGE_BYTES + 64 { Err(TooLong.into()) } else { Ok(()) }
    }

    fn end_of_line<E: From<TooLong>>(
        &mut self,
        each: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            return if data.is_empty() { Ok(()) } else { each(&data) };
        }
        if let Some(value) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
        }
        if self.data.len() > MESSAGE_BYTES { Err(TooLong.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
