//! What the tests of the binary share: running it, asking it, and random numbers with a seed.
#![allow(dead_code)] // Each test binary uses a part of it.

pub mod ask;
pub mod console;
pub mod dev;
pub mod process;
pub mod production;
pub mod random;
