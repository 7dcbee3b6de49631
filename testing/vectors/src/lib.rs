//! What every verifier is held to: tokens and courses of the revocation feed, each with its verdict.
//!
//! [`files`] makes `vectors/`. The same source makes the same bytes: keys come from fixed texts, ES256 signs as RFC 6979 says, and
//! no clock is read. The rules are those of `docs/reference/verifiers.md` and `docs/reference/revocation-feed.md`.

pub mod tokens;

pub mod feed;

mod case;
mod course;
mod draft;
mod key_sets;
mod message;

mod key;

mod encoding;
mod known;

use serde::Serialize;

/// Every file of `vectors/`, by its name.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("keys.json", json(&key_sets::all())),
        ("tokens.json", json(&tokens::all())),
        ("feed.json", json(&feed::all())),
    ]
}

fn json(content: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(content).expect("these types can be written");
    text.push('\n');
    text
}
