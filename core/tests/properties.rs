//! R1 to R6, R8 and R9, and what a token, an id and a counter may be, against random cases.

mod common;
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
