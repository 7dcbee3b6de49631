//! The names and shapes that outsiders see. No behaviour: what they mean is in `docs/reference` and decided elsewhere.

pub mod auth_result;
pub mod claims;
pub mod oauth;
pub mod session;
pub mod settings;
pub mod status_list;

pub mod admin;
pub mod app;
pub mod diagnosis;
pub mod error;
pub mod event;
pub mod feed;
pub mod jwk;
pub mod play;
pub mod recovery;
pub mod ring;
pub mod webhook;
