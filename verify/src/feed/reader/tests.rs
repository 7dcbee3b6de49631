//! What a reader makes of messages that come late, twice, out of order, or not at all.

use serde_json::json;

use super::*;
use crate::revoked::Bearer;

const HERE: &str = "00000000c0ffee00";

/// A message of sessions that ended: each `n` is the end of session `s_n`.
fn message(store: &str, after: Option<u64>, cursor: u64, head: u64, as_of: i64) -> Message {
    let from = after.unwrap_or(0) + 1;
    let entries: Vec<_> = (from..=cursor)
        .map(|n| json!({"n": n, "at": as_of, "until": as_of + 300, "sid": format!("s_{n}")}))
        .collect();
    let mut text = json!({
        "after": after.map(|n| format!("{store}-{n}")), "cursor": format!("{store}-{cursor}"),
        "head": format!("{store}-{head}"), "as_of": as_of, "entries": entries,
    });
    if after.is_none() {
        text["reset"] = json!("start");
    }
    Message::read(text.to_string().as_bytes()).expect("a sound message")
}

fn refuses(held: &Revoked, n: u64) -> bool {
    let session = format!("s_{n}");
    held.refuses(&Bearer { session: Some(&session), user: "u", app: "a", key: None, issued_at: 0 })
}

#[test]
fn a_reader_goes_on_and_takes_nothing_twice() {
    let (mut reader, mut held) = (Reader::default(), Revoked::default());
    let mut take = |message| reader.take(&message, &mut held, 0);
    assert_eq!(take(message(HERE, Some(0), 1, 1, 100)), Outcome::Foreign, "nothing was read yet");
    assert_eq!(take(message(HERE, None, 3, 3, 100)), Outcome::Reset(FeedReset::Start));
    assert_eq!(take(message(HERE, Some(3), 3, 3, 103)), Outcome::Quiet);
    assert_eq!(take(message(HERE, Some(3), 5, 5, 104)), Outcome::Applied);
    assert_eq!(take(message(HERE, Some(3), 5, 5, 105)), Outcome::Seen);
    assert_eq!(take(message(HERE, Some(4), 6, 6, 105)), Outcome::Applied, "begins with what is known");
    assert_eq!(take(message(HERE, Some(7), 9, 9, 106)), Outcome::Gap);
    assert_eq!(take(message("00000000decaf000", Some(6), 7, 7, 107)), Outcome::Foreign);
    assert_eq!(reader.cursor().map(Cursor::to_text), Some(format!("{HERE}-6")));
    assert_eq!(held.len(), 6);
}

#[test]
fn what_was_held_is_kept_when_it_begins_anew() {
    let (mut reader, mut held) = (Reader::default(), Revoked::default());
    reader.take(&message(HERE, None, 3, 3, 100), &mut held, 0);
    reader.take(&message("00000000decaf000", None, 0, 0, 101), &mut held, 0);
    assert!(refuses(&held, 3));
}

#[test]
fn it_is_stale_until_the_head_was_read_and_when_time_stands_still() {
    let (mut reader, mut held) = (Reader::default(), Revoked::default());
    assert_eq!(reader.complete_at(), None);
    reader.begin(1_000);
    reader.take(&message(HERE, None, 2, 4, 100), &mut held, 1_500);
    assert_eq!(reader.complete_at(), None, "the head was not read");
    reader.take(&message(HERE, Some(2), 4, 4, 100), &mut held, 1_600);
    assert_eq!(reader.complete_at(), Some(1_000), "said after the request was begun");
    reader.take(&message(HERE, Some(4), 4, 4, 103), &mut held, 9_000);
    assert_eq!(reader.complete_at(), Some(4_000), "three seconds later by the server's clock");
    reader.take(&message(HERE, Some(4), 4, 4, 103), &mut held, 20_000);
    reader.begin(30_000);
    reader.take(&message(HERE, Some(4), 4, 4, 103), &mut held, 30_100);
    assert_eq!(reader.complete_at(), Some(4_000), "the store of the server cannot be read");
    reader.take(&message(HERE, Some(4), 4, 4, 999), &mut held, 30_200);
    assert!(
        reader.complete_at() <= Some(30_200),
        "a server's clock that jumps makes nothing complete before it is said"
    );
}

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn whatever_order_messages_come_in_what_is_fresh_is_complete() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let (mut reader, mut held) = (Reader::default(), Revoked::default());
        // One session ends every second; a message is underway for up to half a minute, may come twice or never.
        let mut underway: Vec<(u64, u64, Message)> = Vec::new();
        let mut begun = 0;
        for now in 1..120_u64 {
            if now == 1 || dice.below(10) == 0 {
                begun = now;
                reader.begin(begun * 1_000);
                // What is on a line that was given up never comes.
                underway.clear();
            }
            let known = reader.cursor().map(|cursor| cursor.number);
            let after = known.map(|known| known - dice.below(3).min(known));
            for _ in 0..dice.below(3) {
                underway.push((begun, now + dice.below(8), message(HERE, after, now, now, now as i64)));
            }
            while let Some(at) = underway.iter().position(|(_, due, _)| *due <= now) {
                let (_, _, message) = underway.remove(at);
                reader.take(&message, &mut held, now * 1_000);
            }
            if let Some(complete) = reader.complete_at() {
                assert!(complete <= now * 1_000);
                for n in 1..=complete / 1_000 {
                    assert!(refuses(&held, n), "seed {seed}: complete at {complete}, and {n} is not known");
                }
            }
        }
        assert!(reader.cursor().is_some(), "seed {seed}");
    }
}
