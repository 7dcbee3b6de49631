//! The code of a one-time link into the console.

use base64ct::{Base64UrlUnpadded, Encoding};
use tenure_core::id::Kid;
use tenure_core::time::Timestamp;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::records::AdminLinkRecord;
use crate::ring::Ring;

const PREFIX: &str = "al1_";
const ID_BYTES: usize = 9;
const SECRET_BYTES: usize = 32;

/// The code of a link. Has no `Debug`: it is secret.
pub struct AdminLinkCode {
    text: Zeroizing<String>,
    id: String,
    admin: String,
    expires_at: Timestamp,
}

impl AdminLinkCode {
    /// A new code for `admin`.
    pub(super) fn new(
        (id, secret): ([u8; ID_BYTES], Zeroizing<[u8; SECRET_BYTES]>),
        admin: &str,
        expires_at: Timestamp,
    ) -> Self {
        let mut bytes = Zeroizing::new([0; ID_BYTES + SECRET_BYTES]);
        bytes[..ID_BYTES].copy_from_slice(&id);
        bytes[ID_BYTES..].copy_from_slice(&*secret);
        let text = Zeroizing::new(format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&*bytes)));
        Self { text, id: Base64UrlUnpadded::encode_string(&id), admin: admin.to_owned(), expires_at }
    }

    /// The code: shown once.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The link, for a console at `console_url`. The code stands in the fragment, which browsers send nowhere: it is in no log
    /// of a proxy and in no `Referer`.
    pub fn link(&self, console_url: &str) -> Zeroizing<String> {
        Zeroizing::new(format!("{console_url}/sign-in#{}", self.reveal()))
    }

    /// Whom it signs in.
    pub fn admin(&self) -> &str {
        &self.admin
    }

    /// Until when it is good.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// What is stored of it: nothing that opens anything.
    pub(super) fn record(&self, ring: &Ring) -> Result<AdminLinkRecord> {
        let (kid, digest) = ring.admin_link_digest(self.text.as_bytes()).map_err(Error::bug)?;
        Ok(AdminLinkRecord {
            admin: self.admin.clone(),
            kid: kid.0,
            digest: Base64UrlUnpadded::encode_string(&digest),
            expires_at_ms: self.expires_at.millis(),
        })
    }

    /// Where it is stored.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

/// A text of the form of a code. Has no `Debug`: it may be secret.
pub(super) struct Presented<'t> {
    text: &'t str,
    id: String,
}

impl<'t> Presented<'t> {
    /// Reads a code; what does not have its form is none.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; ID_BYTES + SECRET_BYTES]);
        let decoded = Base64UrlUnpadded::decode(text.strip_prefix(PREFIX)?, &mut *bytes).ok()?;
        if decoded.len() != ID_BYTES + SECRET_BYTES {
            return None;
        }
        Some(Self { text, id: Base64UrlUnpadded::encode_string(&bytes[..ID_BYTES]) })
    }

    /// Where such a code is stored.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is the code that `stored` was made from; compared in constant time.
    pub(super) fn is_of(&self, stored: &AdminLinkRecord, ring: &Ring) -> bool {
        Base64UrlUnpadded::decode_vec(&stored.digest)
            .is_ok_and(|digest| ring.knows_admin_link(Kid(stored.kid), self.text.as_bytes(), &digest))
    }
}
