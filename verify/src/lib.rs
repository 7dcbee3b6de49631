//! Checks Tenure's auth tokens in a service of one's own: locally, in microseconds, and not after their session has ended.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use tenure_verify::{Session, Verifier};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::from_env()?; // TENURE_ISSUER, TENURE_API_KEY
//! let app: Router = Router::new().route("/me", get(me)).layer(verifier.require());
//! # Ok(()) }
//!
//! async fn me(session: Session) -> String {
//!     format!("Hello, {}", session.user())
//! }
//! ```
//!
//! What it does in which order, and what it answers: `docs/reference/verifiers.md`. It reads the issuer's keys when it needs them
//! first, and again before they are old; with an API key it follows the revocation feed from the start. What a route asks for
//! beyond a good token is its [`Policy`].
//!
//! Modules are declared from the most to the least important; each uses only those below it.

/// Its examples are tests.
#[cfg(all(doctest, feature = "axum", feature = "test"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "test")]
mod fake_issuer;
#[cfg(feature = "test")]
mod fake_server;

#[cfg(feature = "axum")]
mod session;

#[cfg(feature = "tower")]
mod layer;

mod env;

mod builder;

mod verifier;

mod introspection;
mod session_tokens;
mod verified_tokens;

mod feed;
mod keys;
mod revoked;
mod web;

mod answer;
mod token;

mod bearer;
mod claims;
mod policy;

mod metrics;
mod refusal;

mod clock;
mod epoch;
#[cfg(feature = "test")]
mod frozen_clock;

pub mod limits;

pub use answer::answer;
pub use builder::{Builder, SetupError};
pub use claims::Claims;
#[cfg(feature = "test")]
pub use fake_issuer::FakeIssuer;
#[cfg(feature = "test")]
pub use frozen_clock::FrozenClock;
#[cfg(feature = "tower")]
pub use layer::{Guard, Guarded, WithoutSession};
pub use metrics::{Count, Gauge, Metrics};
pub use policy::{OnStale, Policy, Revocation};
pub use refusal::Refusal;
#[cfg(feature = "axum")]
pub use session::{NoSession, Session};
pub use verifier::Verifier;
