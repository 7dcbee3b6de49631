//! Tokens, in the order of the rules that they are about.

mod order;

mod step_up;

mod times;

mod audience;

mod kinds;

mod claims;

mod signature;

mod typ;

mod algorithm;

mod key_id;

mod issuer;

mod header;

mod json;

mod shape;

mod valid;

pub use crate::case::Case;
use crate::case::Cases;

/// Every token with its verdict.
pub fn all() -> Vec<Case> {
    let mut cases = Cases::default();
    for part in [
        valid::add,
        shape::add,
        json::add,
        header::add,
        issuer::add,
        key_id::add,
        algorithm::add,
        typ::add,
        signature::add,
        claims::add,
        kinds::add,
        audience::add,
        times::add,
        step_up::add,
        order::add,
    ] {
        part(&mut cases);
    }
    cases.0
}
