//! Who presents a token: the token's tag, and the client.

use tenure_core::handoff::HandoffCode;
use tenure_core::id::{ClientId, FamilyId, Kid};
use tenure_core::refusal::Refusal;
use tenure_core::ring::KeyRing;
use tenure_core::session_token::{self, SessionToken};
use tenure_core::support_code::SupportCode;
use tenure_core::token::{AuthenticToken, NotOurs};

use crate::catalogue::App;
use crate::error::{Error, Result};
use crate::service::Service;

impl Service {
    /// The token if its tag is valid. A kid that is not known makes the node look at its ring once more.
    pub(crate) async fn authenticate(&self, text: &str) -> Option<AuthenticToken> {
        let kid = || AuthenticToken::alleged_kid(text);
        self.recognise(|ring| AuthenticToken::authenticate(text, ring), kid).await
    }

    /// The same for a handoff code: the token that it stands for.
    pub(crate) async fn authenticate_code(&self, text: &str) -> Option<AuthenticToken> {
        let kid = || HandoffCode::alleged_kid(text);
        self.recognise(|ring| HandoffCode::redeem(text, ring), kid).await
    }

    /// The same for a session token.
    pub(crate) async fn authenticate_session_token(&self, text: &str) -> Option<SessionToken> {
        let kid = || SessionToken::alleged_kid(text);
        self.recognise(|ring| SessionToken::authenticate(text, ring), kid).await
    }

    /// The session of a refresh token or a session token with a valid tag, and the key that the token was made under.
    pub(crate) async fn session_of(&self, text: &str) -> Option<(FamilyId, Kid)> {
        if text.starts_with(session_token::PREFIX) {
            let token = self.authenticate_session_token(text).await?;
            return Some((token.family(), token.kid()));
        }
        let token = self.authenticate(text).await?;
        Some((token.family(), token.kid()))
    }

    async fn recognise<T>(
        &self,
        read: impl Fn(&KeyRing) -> Result<T, NotOurs>,
        alleged_kid: impl Fn() -> Option<Kid>,
    ) -> Option<T> {
        let ring = self.ring.load_full();
        if let Ok(token) = read(ring.rules()) {
            return Some(token);
        }
        let kid = alleged_kid()?;
        if ring.rules().get(kid).is_some() || !self.look_at_ring_again(kid).await {
            return None;
        }
        read(self.ring.load().rules()).ok()
    }

    /// The code of the session that `token` is of, where `error` says that it is over: for whom it is nobody else's business.
    pub fn support_code(&self, error: &Error, token: &str) -> Option<SupportCode> {
        code_of(error, || AuthenticToken::authenticate(token, self.ring.load().rules()))
    }

    /// The same for whoever holds the handoff code of the session.
    pub fn support_code_of_handoff(&self, error: &Error, code: &str) -> Option<SupportCode> {
        code_of(error, || HandoffCode::redeem(code, self.ring.load().rules()))
    }

    /// The client that a caller names. Every app has one public client so far; another name is nobody's.
    pub(crate) fn client(&self, app: &App, named: Option<&str>) -> Result<ClientId> {
        match named {
            None => Ok(app.client.clone()),
            Some(name) => ClientId::parse(name).map_err(|_| Error::Session(Refusal::WrongClient)),
        }
    }
}

fn code_of(error: &Error, token: impl FnOnce() -> Result<AuthenticToken, NotOurs>) -> Option<SupportCode> {
    let Error::Session(Refusal::Ended(_) | Refusal::ExpiredIdle | Refusal::ExpiredAbsolute) = error else {
        return None;
    };
    Some(SupportCode::of(token().ok()?.family()))
}
