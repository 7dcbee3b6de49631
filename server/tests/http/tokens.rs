//! `POST ISS/tokens`, `DELETE ISS/tokens` and `POST ISS/tokens/handoff`.

mod activity;
mod cookie;
mod csrf;
mod deadlines;
mod handoff;
mod leeway;
mod many_at_once;
mod retries;
mod reuse;
mod rotation;
mod sign_out;
mod tampering;
