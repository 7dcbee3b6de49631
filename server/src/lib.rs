//! HTTP in and out: the client API, OAuth, and management. Decides nothing about sessions.
//!
//! Handlers are in folders that mirror the addresses: `client_api` is what end clients call at `ISS`, `oauth` what is under
//! `ISS/oauth`, `management` what needs an API key. Modules are declared from the most to the least important; each uses
//! only those below it.

pub mod serve;

pub mod router;

pub mod console;

mod client_api;
mod oauth;

mod play;

mod management;

mod operations;

pub mod openapi;

mod dev;

mod cors;
mod middleware;
mod trace;

mod own_page;
mod page;

mod user_caller;

mod api_caller;
mod body;
mod cacheable;
mod event_tail;

mod event_stream;
mod request;
mod written;

mod assets;
pub mod cookie;

pub mod state;

pub mod connections;
pub mod courier;
mod measures;
pub mod tls;

mod process;
mod route_class;

pub mod address;
mod answer;
mod write_time;

pub mod code;

pub mod limits;
