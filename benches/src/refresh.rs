//! One session in the middle of its life, and what a refresh does with it.

use std::hint::black_box;

use tenure_core::digest::Salt;
use tenure_core::family::Family;
use tenure_core::id::{AppId, ClientId, Kid, UserId};
use tenure_core::open::{Entropy, NewSession, open};
use tenure_core::policy::{Activity, Policy};
use tenure_core::ring::{KeyRing, KeyState, SubKeys};
use tenure_core::rotate::{Circumstances, Decision, Presented, Recovery, Via, decide};
use tenure_core::settings::Settings;
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::{AuthenticToken, IdempotencyKey, RefreshToken};
use tenure_wire::auth_result::{AuthResult, RefreshAnswer};
use zeroize::Zeroizing;

const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// A session that was refreshed twice, with the tokens that it had.
pub(crate) struct Refresh {
    ring: KeyRing,
    policy: Policy,
    app: AppId,
    client: ClientId,
    key: IdempotencyKey,
    family: Family,
    /// The first one, the one before the current one, and the current one.
    tokens: [RefreshToken; 3],
    current: String,
    forged: String,
    answer: RefreshAnswer,
}

impl Refresh {
    pub(crate) fn new() -> Self {
        let secret = |byte| Zeroizing::new([byte; 32]);
        let sub = SubKeys { tag: secret(1), store: secret(2), next: secret(3) };
        let ring = KeyRing::new([(Kid(1), KeyState::Active, sub)]).unwrap();
        let policy = Policy::of(1, &Settings { refresh_tokens: true, ..Settings::default() });
        let (app, client) = (AppId::parse("shop").unwrap(), ClientId::parse("shop").unwrap());
        let key = IdempotencyKey::parse(b"6b1f0c9e-5d0f-4f0e-9d58-0d8a5b1f7c11").unwrap();
        let (opened, first) = opened(&app, &client, &policy, &ring);
        let answer = answer();
        let tokens = [first.clone(), first.clone(), first];
        let mut refresh = Self {
            ring,
            policy,
            app,
            client,
            key,
            family: opened,
            tokens,
            current: String::new(),
            forged: String::new(),
            answer,
        };
        refresh.use_current(1);
        refresh.use_current(2);
        refresh.current = refresh.tokens[2].reveal().to_string();
        refresh.forged = format!("{}AAAAAAAA", &refresh.current[..refresh.current.len() - 8]);
        refresh
    }

    pub(crate) fn authenticate_token(&self) {
        assert!(AuthenticToken::authenticate(black_box(&self.current), &self.ring).is_ok());
    }

    pub(crate) fn refuse_forged_token(&self) {
        assert!(AuthenticToken::authenticate(black_box(&self.forged), &self.ring).is_err());
    }

    pub(crate) fn tell_attempt(&self) {
        black_box(self.held(2).attempt(black_box(&self.key), &self.ring));
    }

    pub(crate) fn decide_rotate(&self) {
        assert!(matches!(self.decide(2, true), Decision::Serve { .. }));
    }

    pub(crate) fn decide_replay(&self) {
        assert!(matches!(self.decide(1, true), Decision::Serve { .. }));
    }

    pub(crate) fn decide_reuse(&self) {
        assert!(matches!(self.decide(0, false), Decision::End { .. }));
    }

    pub(crate) fn open_session(&self) {
        black_box(opened(&self.app, &self.client, &self.policy, &self.ring));
    }

    pub(crate) fn reveal_token(&self) {
        black_box(black_box(&self.tokens[2]).reveal());
    }

    pub(crate) fn write_answer(&self) {
        black_box(serde_json::to_vec(black_box(&self.answer)).unwrap());
    }

    fn held(&self, number: usize) -> AuthenticToken {
        AuthenticToken::authenticate(&self.tokens[number].reveal(), &self.ring).unwrap()
    }

    /// What the rules make of one of the tokens, from its text on, with the same key each time or with none.
    fn decide(&self, number: usize, with_key: bool) -> Decision {
        let token = self.held(number);
        let presented = Presented {
            token: &token,
            attempt: token.attempt(&self.key, &self.ring).filter(|_| with_key),
            app: &self.app,
            client: &self.client,
            proof: None,
            via: Via::Holding { seq: None },
            activity: Activity::Unsaid,
        };
        let circumstances = Circumstances {
            policy: &self.policy,
            ring: &self.ring,
            recovery: Recovery::Closed,
            now: START.plus(Span::from_secs(60)),
            salt: Salt::from_bytes([7; 16]),
        };
        black_box(decide(Some(black_box(&self.family)), &presented, &circumstances))
    }

    /// The current token is used; what it got takes this place, and every one after it.
    fn use_current(&mut self, place: usize) {
        let Decision::Serve { change, token, .. } = self.decide(2, true) else {
            panic!("the current token is served")
        };
        self.family = change.apply(&self.family);
        self.tokens[place..].fill(token);
    }
}

fn opened(app: &AppId, client: &ClientId, policy: &Policy, ring: &KeyRing) -> (Family, RefreshToken) {
    let new = NewSession {
        app: app.clone(),
        user: UserId::parse("6f1d3c0a-7f0e-4e58-9a36-0d1f1f2b8a11").unwrap(),
        client: client.clone(),
        authenticated_at: START,
        confirmation: None,
        device: None,
        claims: None,
    };
    let entropy =
        Entropy { family: [7; 12], secret: Zeroizing::new([9; 32]), salt: Salt::from_bytes([5; 16]) };
    let (opening, token) = open(new, &[], policy, ring, START, &entropy).ok().unwrap();
    (opening.family, token)
}

/// As long as an answer is.
fn answer() -> RefreshAnswer {
    let auth_result = AuthResult {
        auth_token: "a".repeat(600),
        refresh_token: Some("b".repeat(96)),
        refresh_token_expiration: Some(1_800_432_000),
        redirect_url: String::new(),
        expires_in: 600,
        refresh_at: 1_800_000_480,
        session_id: Some("c".repeat(22)),
        seq: Some(3),
    };
    RefreshAnswer { auth_result }
}
