//! A query's words: what stands between blanks, save in quotation marks.

use std::ops::Range;

/// A word.
pub(super) struct Word<'t> {
    /// What is before the colon; `None` is a word without one.
    pub(super) key: Option<&'t str>,
    /// What is after it, without its quotation marks.
    pub(super) value: String,
    /// Whether each quotation mark has its other.
    pub(super) closed: bool,
    /// Where in the text it is.
    pub(super) place: Range<usize>,
}

/// Every word of `text`, in order.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut quoted = false;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        if character == '"' {
            quoted = !quoted;
        }
        let ends = character.is_whitespace() && (!quoted || at == text.len());
        match start {
            Some(begun) if ends => {
                found.push(word(text, begun..at));
                start = None;
            }
            None if !ends => start = Some(at),
            _ => {}
        }
    }
    found
}

fn word(text: &str, place: Range<usize>) -> Word<'_> {
    let whole = &text[place.clone()];
    let closed = whole.matches('"').count().is_multiple_of(2);
    match whole.split_once(':') {
        Some((key, value)) => Word { key: Some(key), value: unquoted(value), closed, place },
        None => Word { key: None, value: whole.to_owned(), closed, place },
    }
}

/// Inside quotation marks two of them are one.
fn unquoted(value: &str) -> String {
    let inside = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.map_or_else(|| value.to_owned(), |inside| inside.replace("\"\"", "\""))
}
