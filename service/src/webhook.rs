//! Signed messages to receivers that apps name (Standard Webhooks): what is stored of one, what is said, and to whom it may be said.

mod backoff;
mod courier;
mod destination;
mod message;
mod reach;
mod record;
mod secret;
mod traffic;

pub use courier::{Answered, Courier, NotDelivered, Parcel};
pub use destination::{Destination, Host};
pub use message::MessageType;
pub use reach::Reach;
pub use traffic::Outcome;

pub(crate) use backoff::next_try;
pub(crate) use message::{Message, missed, of_entry, of_test};
pub(crate) use record::{Delivered, Failed, Off, ProgressRecord, SecretRecord, WebhookRecord, webhook_key};
pub(crate) use secret::WebhookSecret;
pub(crate) use traffic::Traffic;
