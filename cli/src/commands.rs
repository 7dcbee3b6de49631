//! The commands that are not servers.

pub mod admin;
pub mod api_key;
pub mod app;
pub mod completion;
pub mod config;
pub mod health;
pub mod key;
pub mod migrate;
pub mod openapi;
pub mod recover;
pub mod ring;
pub mod session;
pub mod tail;
pub mod webhook;

pub mod backup;
