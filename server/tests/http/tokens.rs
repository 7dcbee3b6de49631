//! `POST ISS/tokens` and `DELETE ISS/tokens`.

mod activity;
mod deadlines;
mod leeway;
mod many_at_once;
mod retries;
mod reuse;
mod rotation;
mod sign_out;
mod tampering;
