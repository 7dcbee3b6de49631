//! The service below HTTP: what a store holds after much use, what tokens are made of, several nodes, and starting.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod node;

mod admins;
mod audit;
mod backup;
mod end_jobs;
mod ending;
mod growth;
mod names;
mod nodes;
mod rates;
mod ring_file;
mod start;
mod status_places;
mod support;
mod tokens;
