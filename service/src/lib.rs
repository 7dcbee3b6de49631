//! What happens, without HTTP: load, decide, commit, sign. And what surrounds it: apps, settings, keys, ends.
//!
//! The rules are in `tenure-core`, what is durable in a store; this crate conducts. Modules are declared from the most to
//! the least important; each uses only those below it.

pub mod admins;

pub mod handoff;
pub mod refresh;

pub mod open;
pub mod sign_out;

pub mod amend;
pub mod exchange;
pub mod own_sessions;

pub mod why;

pub mod status_lists;

pub mod active;
pub mod end_jobs;
pub mod event_log;
pub mod feed;
pub mod first_steps;
pub mod introspect;
pub mod sessions;

pub mod ending;

pub mod housekeeping;

pub mod signing_keys;

pub mod api_keys;
pub mod webhooks;

pub mod deliveries;

pub mod apps;
pub mod settings_history;
pub mod settings_preview;

pub mod change_settings;

pub mod recovery;
pub mod settings_effects;

pub mod diagnosis;

mod key_writes;

pub mod start;

pub mod audit;
pub mod backup;

pub mod issue;

mod admin_caller;
mod session_token;

mod claims;

mod holder;
mod in_force;
mod look_up;
mod places;
pub mod ring_changes;
mod session_filter;
mod webhook_records;

pub mod count;

pub mod key_ages;

pub mod service;

pub mod canaries;
mod nodes;

pub mod catalogue;
pub mod credentials;
mod revocations;

mod feed_window;
mod leases;
mod status_cache;
mod views;

pub mod settings_meaning;

pub mod lengths;
pub mod settings;

pub mod events;

pub mod webhook;

mod place;
mod records;
mod running_jobs;

pub mod limits;

pub mod ring;

pub mod clock;
pub mod entropy;
pub mod error;
