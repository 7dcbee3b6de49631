//! What the tests share: a server in this process, and words for what is done with it.

pub mod answer;
pub mod app;
pub mod browser;
pub mod call;
pub mod clock;
pub mod console;
pub mod forge;
pub mod log;
pub mod receiver;
pub mod reference;
pub mod server;
pub mod status_list;
pub mod stream;
pub mod traffic;
pub mod world;

pub use app::{Tokens, claims_of, header_of};
pub use world::World;

/// An `Idempotency-Key`.
pub const KEY: &str = "5f0c8a6e1b7d4c2e9a3f";
/// Another one.
pub const OTHER_KEY: &str = "c1d94b7e6a5f40389b2d";
