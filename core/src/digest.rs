//! What the store sees of a token and of an attempt: 16 bytes of an HMAC, compared in constant time.

use subtle::ConstantTimeEq;

macro_rules! mac16 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The value with these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its bytes, for a store.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }
    };
}

mac16!(
    /// The HMAC of a refresh token: all that is stored of it. Opens nothing.
    Digest
);

mac16!(
    /// The HMAC of a refresh token together with the `Idempotency-Key` it was presented with. Two presentations are one
    /// attempt exactly when these are equal; a presentation without a key has none, and none never equals none.
    Attempt
);

impl Attempt {
    /// What is remembered in an attempt's place of a token that a re-authentication replaced: nobody had presented it. Never
    /// equal to an attempt, which is an HMAC with another label.
    pub const fn replacing(token: Digest) -> Self {
        Self(token.0)
    }
}

mac16!(
    /// A key canary: shows that a ring holds the key that a store was written under.
    Canary
);

/// 16 fresh random bytes drawn for each rotation, kept in the row until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt([u8; 16]);

impl Salt {
    /// The salt with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}
