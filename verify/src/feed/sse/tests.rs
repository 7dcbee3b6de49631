//! An event stream in pieces of every size.

use super::*;

impl From<TooLong> for String {
    fn from(_: TooLong) -> Self {
        "too long".to_owned()
    }
}

/// The events of a stream whose bytes come in pieces of this size.
fn events(stream: &str, piece: usize) -> Vec<String> {
    let (mut events, mut seen) = (Events::default(), Vec::new());
    for bytes in stream.as_bytes().chunks(piece) {
        let taken: Result<(), String> = events.take(bytes, |data| {
            seen.push(String::from_utf8_lossy(data).into_owned());
            Ok(())
        });
        taken.expect("a short stream");
    }
    seen
}

#[test]
fn pieces_make_no_difference_nor_do_the_ends_of_lines() {
    let stream =
        ": hello\n\nid: 1\ndata: {\"a\":1}\n\nretry: 5\ndata:two\ndata: lines\n\nevent: x\n\ndata: cut off";
    for text in [stream.to_owned(), stream.replace('\n', "\r\n"), stream.replace('\n', "\r")] {
        for piece in 1..text.len() {
            assert_eq!(events(&text, piece), ["{\"a\":1}", "two\nlines"], "pieces of {piece}");
        }
    }
}

#[test]
fn an_endless_line_and_an_endless_event_are_too_long() {
    for endless in ["x", "data: x\n"] {
        let (mut events, bytes) = (Events::default(), endless.repeat(1024));
        let over = (0..2048).find_map(|_| events.take(bytes.as_bytes(), |_| Ok::<(), String>(())).err());
        assert_eq!(over.as_deref(), Some("too long"), "{endless}");
        assert!(events.line.len() + events.data.len() < 2 * MESSAGE_BYTES);
    }
}
