//! What a fuzzer calls: for each kind of input that a stranger can send, a function that takes any bytes and panics when a promise is broken.
//!
//! `fuzz/` runs them under libFuzzer (`cargo xtask fuzz`), and `tests/seeds.rs` on the committed seeds and on near misses of
//! them, with every other test. An input that broke something once is a seed from then on.
//!
//! Modules are declared from the most to the least important; each uses only those below it.
#![allow(clippy::unwrap_used, reason = "what cannot fail here fails the run")]

pub mod request;
pub mod session;

pub mod cookie;
pub mod form;
pub mod headers;
pub mod json;
pub mod query;

pub mod jwk;
pub mod jws;
pub mod session_token;

pub mod refresh_token;

pub mod config;
pub mod ring_file;

mod steps;
mod world;

mod answer;
mod clock;

/// The binary's own reading of its configuration: nothing may import the crate that it lives in.
#[path = "../../../cli/src"]
mod cli {
    #[allow(dead_code, unused_imports, reason = "only reading it is tried here")]
    pub mod config;

    mod spelling;
}

/// One kind of input.
pub struct Target {
    /// Of the module, of the binary in `fuzz/fuzz_targets`, and of the folder in `seeds`.
    pub name: &'static str,
    /// Takes any bytes; panics when a promise is broken.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "config", run: config::run },
    Target { name: "cookie", run: cookie::run },
    Target { name: "form", run: form::run },
    Target { name: "headers", run: headers::run },
    Target { name: "json", run: json::run },
    Target { name: "jwk", run: jwk::run },
    Target { name: "jws", run: jws::run },
    Target { name: "query", run: query::run },
    Target { name: "refresh_token", run: refresh_token::run },
    Target { name: "request", run: request::run },
    Target { name: "ring_file", run: ring_file::run },
    Target { name: "session", run: session::run },
    Target { name: "session_token", run: session_token::run },
];
