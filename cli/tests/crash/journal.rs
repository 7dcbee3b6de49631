//! What a client writes down, and when: the key of a token before the token is sent, its successor before that is used.

use std::sync::Arc;

use crate::world::Held;

/// A session as the client that holds it knows it.
pub struct Session {
    pub held: Arc<Held>,
    pub token: String,
    /// The key of `token`, once it was or will be sent.
    pub key: Option<String>,
    /// Whether `token` was sent with `key` before.
    pub sent: bool,
    /// What the server said comes after `token`.
    pub successor: Option<String>,
    /// Every token before this one, oldest first.
    pub past: Vec<String>,
}

/// An ended session, and a token of it that nobody used before its end was known.
pub struct Grave {
    pub held: Arc<Held>,
    pub token: String,
}

/// Everything that a client has.
#[derive(Default)]
pub struct Journal {
    /// The one in use.
    pub session: Option<Session>,
    /// Devices that were put away.
    pub parked: Vec<Session>,
    pub graves: Vec<Grave>,
}

impl Session {
    pub fn new(held: Arc<Held>, token: String) -> Self {
        Self { held, token, key: None, sent: false, successor: None, past: Vec::new() }
    }

    /// Goes on to the successor.
    pub fn go_on(&mut self) {
        if let Some(successor) = self.successor.take() {
            self.past.push(std::mem::replace(&mut self.token, successor));
            self.key = None;
            self.sent = false;
        }
    }

    pub fn bury(self) -> Grave {
        Grave { token: self.token, held: self.held }
    }
}
