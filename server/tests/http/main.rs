//! The server as its clients see it: whole answers, from requests to JSON, with a clock that the test holds.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod tokens;

mod oauth_introspect;
mod oauth_revoke;
mod oauth_token;

mod credentials;
mod openapi;
mod reference;
mod well_known;

mod clock;
mod cors;
mod headers;
mod hidden_app;
mod malformed;
mod outage;
mod rates;

mod events;
mod own_sessions;
mod session_settings;
mod sessions;
mod support_codes;

mod admins;
mod api_keys;
mod apps;
mod backups;
mod console;
mod console_keys;
mod dev_clock;
mod in_force;
mod operations;
mod play;
mod recovery;
mod revocations;
mod ring;
mod secrets;
mod signing_keys;
mod sockets;
mod status_lists;
mod webhooks;
