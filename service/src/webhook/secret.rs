//! The secret that a receiver knows us by, and the signature made with it (Standard Webhooks, symmetric).

use aws_lc_rs::hmac;
use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// How secrets begin, so that a leaked one is recognised.
const PREFIX: &str = "whsec_";
const BYTES: usize = 32;

/// A signing secret. Has no `Debug`: it is secret.
pub(crate) struct WebhookSecret(Zeroizing<[u8; BYTES]>);

impl WebhookSecret {
    pub(crate) fn new(bytes: [u8; BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The one with these bytes; none where there are too few or too many.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// To be kept sealed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &*self.0
    }

    /// As its receiver keeps it: shown once.
    pub(crate) fn reveal(&self) -> Zeroizing<String> {
        let text = Zeroizing::new(Base64::encode_string(&*self.0));
        Zeroizing::new(format!("{PREFIX}{}", *text))
    }

    /// One signature of the header `webhook-signature`.
    pub(crate) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", Base64::encode_string(context.sign().as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against what `openssl dgst -sha256 -mac HMAC` makes of the same text and key.
    #[test]
    fn a_signature_is_the_hmac_of_id_time_and_body() {
        let secret = WebhookSecret::new([7; 32]);
        assert_eq!(*secret.reveal(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(
            secret.sign("msg_1", 1_614_265_330, b"{\"test\": 2432232314}"),
            "v1,4tb+MnkCTqymlrGQQ6f66PPeMjMas7AHx6XI40qL5MA="
        );
    }
}
