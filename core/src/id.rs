//! Names of things: each its own type, each checked when it is made.

use std::fmt;
use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::limits;
use crate::time::Timestamp;

/// Why a text is no id. Says what an id may be; never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId(&'static str);

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidId {}

/// One session: one device, one sign-in. The JWT's `sid`. Not secret: without a tag it does nothing.
///
/// The first four bytes are the second in which it was made, so that sessions of a time lie together on disk and a list
/// by creation needs no index of its own; the other twelve are random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyId([u8; 16]);

impl FamilyId {
    /// A new id made at `now` from 12 random bytes.
    pub fn new(now: Timestamp, random: [u8; 12]) -> Self {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&(now.secs() as u32).to_be_bytes());
        bytes[4..].copy_from_slice(&random);
        Self(bytes)
    }

    /// The second in which it was made.
    pub fn made_in_second(&self) -> i64 {
        let [a, b, c, d, ..] = self.0;
        i64::from(u32::from_be_bytes([a, b, c, d]))
    }

    /// The id with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads the 22 characters of base64url that [`fmt::Display`] writes; anything else is no id.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        let decoded = Base64UrlUnpadded::decode(text, &mut bytes).ok()?;
        (decoded.len() == 16).then_some(Self(bytes))
    }
}

impl fmt::Display for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0; 22];
        f.write_str(Base64UrlUnpadded::encode(&self.0, &mut buffer).map_err(|_| fmt::Error)?)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $check:expr, $says:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps `text`.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.into())) } else { Err(InvalidId($says)) }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn is_name(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

text_id!(
    /// An application that keeps its sessions here.
    ///
    /// One id is reserved: no text from outside makes it, so that nothing from outside names that app.
    AppId,
    |t| is_name(t, limits::APP_ID_BYTES) && t != CONSOLE,
    "an app id is 1 to 64 letters, digits, '-' or '_', and tenure-console is reserved"
);

/// The app of the console's own sessions.
const CONSOLE: &str = "tenure-console";

impl AppId {
    /// The app whose users are the people that run this installation.
    pub fn console() -> Self {
        Self(CONSOLE.into())
    }

    /// Whether it is that app.
    pub fn is_console(&self) -> bool {
        *self.0 == *CONSOLE
    }

    /// The id that a store has kept. Only for what was an id when it was written.
    pub fn stored(text: &str) -> Result<Self, InvalidId> {
        if text == CONSOLE { Ok(Self::console()) } else { Self::parse(text) }
    }
}

text_id!(
    /// An OAuth client of an app. A new app has one public client, whose id is the app's.
    ClientId,
    |t| is_name(t, limits::CLIENT_ID_BYTES),
    "a client id is 1 to 128 letters, digits, '-' or '_'"
);

text_id!(
    /// A user, as the application names them: the JWT's `sub`. Opaque here.
    UserId,
    |t| (1..=limits::USER_ID_BYTES).contains(&t.len()) && !t.chars().any(char::is_control),
    "a user id is 1 to 255 bytes of text without control characters"
);

/// The number of a key in the ring. Never used again once it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid(pub u8);

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The counter of a family: raised by one for every refresh token that is minted for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u32);

impl Seq {
    /// The number of a family's first token.
    pub const FIRST: Seq = Seq(1);

    /// The next number.
    pub const fn next(self) -> Self {
        Seq(self.0.saturating_add(1))
    }

    /// How many tokens `self` is ahead of `other`; 0 when it is not.
    pub const fn ahead_of(self, other: Seq) -> u32 {
        self.0.saturating_sub(other.0)
    }
}

/// Counts what a session's auth tokens say of it: raised by one whenever its claims or its sign-in change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition(pub u32);

impl Edition {
    /// As a session is opened.
    pub const FIRST: Edition = Edition(0);

    /// The next one.
    pub const fn next(self) -> Self {
        Edition(self.0.wrapping_add(1))
    }
}
