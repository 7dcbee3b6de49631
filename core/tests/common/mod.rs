//! What every proof starts from: a key ring, the strict policy, and a session with its first token.

use std::sync::Arc;

use tenure_core::digest::{Attempt, Salt};
use tenure_core::family::Family;
use tenure_core::id::{AppId, ClientId, Kid, UserId};
use tenure_core::open::{Entropy, NewSession, open};
use tenure_core::policy::{Activity, Policy};
use tenure_core::ring::{KeyRing, KeyState, SubKeys};
use tenure_core::rotate::{Circumstances, Decision, Presented, Via, decide};
use tenure_core::settings::Settings;
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::{AuthenticToken, IdempotencyKey, RefreshToken};
use zeroize::Zeroizing;

/// When the session of a proof is opened.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// A ring with these keys; the bytes of a key follow from its kid.
pub(crate) fn ring_of(keys: &[(u8, KeyState)]) -> KeyRing {
    let secret = |kid: u8, label: u8| Zeroizing::new([kid.wrapping_mul(31) ^ label; 32]);
    let sub = |kid| SubKeys { tag: secret(kid, 1), store: secret(kid, 2), next: secret(kid, 3) };
    KeyRing::new(keys.iter().map(|&(kid, state)| (Kid(kid), state, sub(kid)))).expect("one active key")
}

/// The ring with one key.
pub(crate) fn ring() -> KeyRing {
    ring_of(&[(1, KeyState::Active)])
}

/// The strict policy: no leeway, no reissue, reuse ends the session; idle after an hour, over after a day.
pub(crate) fn strict() -> Policy {
    let settings = Settings {
        refresh_tokens: true,
        idle_timeout: Some(Span::from_hours(1)),
        absolute_lifetime: Span::from_hours(24),
        ..Settings::default()
    };
    Policy::of(1, &settings)
}

/// A session opened at [`START`], bound to a key where one is given, and its first token.
pub(crate) fn session(ring: &KeyRing, policy: &Policy, confirmation: Option<&str>) -> (Family, RefreshToken) {
    let new = NewSession {
        app: AppId::parse("app").expect("an app id"),
        user: UserId::parse("user").expect("a user id"),
        client: ClientId::parse("client").expect("a client id"),
        authenticated_at: START,
        confirmation: confirmation.map(Arc::from),
        device: Some("a device".into()),
        claims: Some("some claims".into()),
    };
    let entropy = Entropy { family: [7; 12], secret: Zeroizing::new([9; 32]), salt: salt(0) };
    let Ok((opening, token)) = open(new, &[], policy, ring, START, &entropy) else {
        panic!("no limit is set")
    };
    (opening.family, token)
}

/// The token as its holder presents it.
pub(crate) fn held(token: &RefreshToken, ring: &KeyRing) -> AuthenticToken {
    AuthenticToken::authenticate(&token.reveal(), ring).expect("a token of this ring")
}

/// The salt with this number.
pub(crate) fn salt(number: u64) -> Salt {
    let mut bytes = [0xA5; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Salt::from_bytes(bytes)
}

/// A client that says nothing of the token's number.
pub(crate) const HOLDING: Via = Via::Holding { seq: None };

/// A token on its way in: with an `Idempotency-Key` or none, as whom, and with what proof.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) token: &'a AuthenticToken,
    pub(crate) key: Option<&'a str>,
    pub(crate) app: &'a str,
    pub(crate) client: &'a str,
    pub(crate) proof: Option<&'a str>,
    pub(crate) activity: Activity,
    pub(crate) via: Via,
}

impl<'a> Asking<'a> {
    /// The client that the session belongs to, saying nothing of its user.
    pub(crate) fn with(token: &'a AuthenticToken, key: Option<&'a str>) -> Self {
        Self {
            token,
            key,
            app: "app",
            client: "client",
            proof: None,
            activity: Activity::Unsaid,
            via: HOLDING,
        }
    }

    /// The attempt that it is, when it carries a key.
    pub(crate) fn attempt(&self, ring: &KeyRing) -> Option<Attempt> {
        let key =
            |name: &str| IdempotencyKey::parse(format!("{name:-<16}").as_bytes()).expect("a short name");
        self.key.and_then(|name| self.token.attempt(&key(name), ring))
    }

    /// What the rules make of it.
    pub(crate) fn decide(&self, stored: Option<&Family>, c: &Circumstances<'_>) -> Decision {
        let presented = Presented {
            token: self.token,
            attempt: self.attempt(c.ring),
            app: &AppId::parse(self.app).expect("an app id"),
            client: &ClientId::parse(self.client).expect("a client id"),
            proof: self.proof,
            activity: self.activity,
            via: self.via,
        };
        decide(stored, &presented, c)
    }
}
