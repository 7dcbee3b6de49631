//! The issuer's keys: which there are, when they are read again, and reading them.

pub(crate) mod cache;
pub(crate) mod fetch;
mod schedule;
mod set;

pub(crate) use cache::Keys;
pub(crate) use set::KeySet;
