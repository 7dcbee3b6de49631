//! The rules of a session: what a presented refresh token means, what opening and ending change, and what a policy may say.
//!
//! Nothing here reads a clock, draws randomness, touches a disk or a socket, or waits. Time, entropy and everything that
//! is stored come in as arguments; a verdict and the change to commit go out. That is why every rule can be checked
//! exhaustively (`tests/small_worlds.rs`), and why there is one place to look when a session behaves in a way that one
//! did not expect: [`rotate::decide`].
//!
//! Modules are declared from the most to the least important; each uses only those below it.

pub mod rotate;

pub mod amend;
pub mod end;
pub mod exchange;
pub mod open;
pub mod reauthenticate;

pub mod policy;
pub mod preset;

pub mod recovery;

pub mod change;
pub mod family;
pub mod refusal;

pub mod handoff;
pub mod session_token;
pub mod support_code;
pub mod token;

pub mod signing;

pub mod settings;

pub mod ring;

pub mod digest;
pub mod id;
pub mod limits;
pub mod time;
