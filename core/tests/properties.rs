//! R1 to R6, R8 and R9, and what a token, a handoff code, an id and a counter may be, against random cases.

mod common;
#[path = "properties/handoff.rs"]
mod handoff;
#[path = "properties/invariants.rs"]
mod invariants;
#[path = "properties/model.rs"]
mod model;
#[path = "common/played.rs"]
mod played;
#[path = "properties/runner.rs"]
mod runner;
#[path = "properties/tokens.rs"]
mod tokens;
#[path = "properties/values.rs"]
mod values;
