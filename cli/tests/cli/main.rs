//! The binary as its users meet it: starting, stopping, refusing, and every command.

mod admins;
mod app_file;
mod backup;
mod commands;
mod console_numbers;
mod dev;
mod disk;
mod doctor;
mod keys;
mod metrics;
mod recovery;
mod refused;
mod ring;
mod secrets;
mod serve;
mod session_limit;
mod signals;
mod tail;
mod tls;
#[cfg(feature = "otel")]
mod traces;
mod verifier;
mod webhooks;

mod reference;

#[path = "../support/mod.rs"]
mod support;
