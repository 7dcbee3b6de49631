//! Every session setting of an app, with its default; the bounds are in [`bounds`], how values must stand to each other in [`check`].

mod check;

pub mod bounds;
mod choices;

pub use check::{Violation, check};
pub use choices::{
    Binding, ClientKind, CookiePersistence, IdleCounts, LostResponse, OnLimit, ReuseDetection, Revocation,
    Rotation, SigningAlg, TokenTyp, Transport,
};

use crate::time::Span;

/// The session settings of an app. [`Settings::default`] is a new app: stateless, and strict once turned on.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Off: one JWT, nothing stored, cannot be ended early. On: hybrid.
    pub refresh_tokens: bool,
    /// How long a signed token is accepted without asking us. `None`: ten minutes, or an hour while refresh tokens are off.
    pub auth_token_ttl: Option<Span>,
    /// Shortens each auth token at random by up to this many percent; never lengthens.
    pub auth_token_jitter: u8,
    /// Ends a session without user activity for this long; `None` is never.
    pub idle_timeout: Option<Span>,
    /// What counts as activity.
    pub idle_counts: IdleCounts,
    /// Sign in again after this, whatever happens.
    pub absolute_lifetime: Span,
    /// Whether each use replaces the refresh token.
    pub rotation: Rotation,
    /// What the reuse of a replaced token ends.
    pub reuse_detection: ReuseDetection,
    /// For how long a just-replaced token returns the same successor without an `Idempotency-Key`.
    pub retry_leeway: Span,
    /// What a late retry without a key gets.
    pub lost_response: LostResponse,
    /// Live sessions per user; `None` is unlimited.
    pub max_sessions: Option<u16>,
    /// What happens at the limit.
    pub on_limit: OnLimit,
    /// The algorithm of auth tokens.
    pub signing_alg: SigningAlg,
    /// The header `typ` of auth tokens.
    pub token_typ: TokenTyp,
    /// How a browser carries the refresh token.
    pub transport: Transport,
    /// Whether the cookie outlives the browser.
    pub cookie_persistence: CookiePersistence,
    /// Sets the bound of the absolute lifetime.
    pub client_kind: ClientKind,
    /// How long a new signing key is published before it signs.
    pub publish_lead: Span,
    /// Origins whose pages may call the client API.
    pub allowed_origins: Vec<String>,
    /// Where a sign-in may return to.
    pub redirect_uris: Vec<String>,
    /// Proof of possession for the refresh token.
    pub binding: Binding,
    /// Whether ends are announced to verifiers.
    pub revocation: Revocation,
    /// How fresh a sign-in must be for sensitive actions (RFC 9470).
    pub step_up_max_age: Span,
    /// How long before the end the SDK tells the app.
    pub expiring_notice: Span,
    /// Why a value deviates from the standard that the preset names (ASVS 7.1.1).
    pub justification: String,
}

impl Settings {
    /// The life of an auth token in force.
    pub fn auth_token_ttl(&self) -> Span {
        self.auth_token_ttl.unwrap_or(Self::default_auth_token_ttl(self.refresh_tokens))
    }

    /// The life of an auth token when none was chosen.
    pub const fn default_auth_token_ttl(refresh_tokens: bool) -> Span {
        if refresh_tokens { Span::from_mins(10) } else { Span::from_hours(1) }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            refresh_tokens: false,
            auth_token_ttl: None,
            auth_token_jitter: 5,
            idle_timeout: Some(Span::from_days(5)),
            idle_counts: IdleCounts::UserActivity,
            absolute_lifetime: Span::from_days(30),
            rotation: Rotation::Every,
            reuse_detection: ReuseDetection::EndSession,
            retry_leeway: Span::ZERO,
            lost_response: LostResponse::End,
            max_sessions: None,
            on_limit: OnLimit::EndOldest,
            signing_alg: SigningAlg::Es256,
            token_typ: TokenTyp::Jwt,
            transport: Transport::Token,
            cookie_persistence: CookiePersistence::Persistent,
            client_kind: ClientKind::Web,
            publish_lead: Span::from_hours(24),
            allowed_origins: Vec::new(),
            redirect_uris: Vec::new(),
            binding: Binding::None,
            revocation: Revocation::Feed,
            step_up_max_age: Span::from_mins(15),
            expiring_notice: Span::from_mins(2),
            justification: String::new(),
        }
    }
}
