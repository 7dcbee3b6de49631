//! Which client calls, and how it proves that (RFC 6749 §2.3).

use base64ct::{Base64, Encoding};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use tenure_core::id::AppId;
use tenure_service::catalogue::App;
use tenure_service::credentials::{Caller, Role};

use super::answer::OAuthFailure;
use super::form::Form;
use crate::address::Peer;
use crate::answer::Failure;
use crate::code::OAuthCode;
use crate::state::Http;

/// The credentials that came with a request. Has no `Debug`: it carries secrets.
pub struct Credentials {
    client_id: Option<String>,
    secret: Option<String>,
    bearer: Option<String>,
    in_header: bool,
}

impl Credentials {
    /// Reads them. Refuses more than one way of authenticating in one request.
    pub fn read(headers: &HeaderMap, form: &Form) -> Result<Self, OAuthFailure> {
        let client_id = form.get("client_id").map(str::to_owned);
        let secret = form.get("client_secret").map(str::to_owned);
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Ok(Self { client_id, secret, bearer: None, in_header: false });
        };
        if secret.is_some() || values.next().is_some() {
            return Err(OAuthFailure::invalid_request("more than one way of client authentication"));
        }
        let unreadable = || OAuthFailure::invalid_client("the Authorization header is not understood", true);
        let (scheme, rest) = value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or_else(unreadable)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Ok(Self {
                client_id,
                secret: None,
                bearer: Some(rest.trim().to_owned()),
                in_header: true,
            });
        }
        let (id, secret) = basic(scheme, rest).ok_or_else(unreadable)?;
        if client_id.is_some_and(|named| named != id) {
            return Err(OAuthFailure::invalid_request("client_id is not the client that authenticates"));
        }
        Ok(Self { client_id: Some(id), secret: Some(secret), bearer: None, in_header: true })
    }

    /// The public client of `app`: it names itself, or nothing, and proves nothing. Whoever tries to prove something is
    /// refused, for there is nothing to prove it against.
    pub fn public_client(&self, app: &App) -> Result<(), OAuthFailure> {
        if self.prove_something() {
            let words = "this client is public: it authenticates with client_id alone";
            return Err(OAuthFailure::invalid_client(words, self.in_header));
        }
        match &self.client_id {
            Some(id) if id != app.client.as_str() => {
                Err(OAuthFailure::invalid_client("there is no such client", false))
            }
            _ => Ok(()),
        }
    }

    /// The backend of `app`: an API key of role backend.
    pub fn backend(
        &self,
        http: &Http,
        app: &AppId,
        peer: Peer,
        headers: &HeaderMap,
    ) -> Result<Caller, OAuthFailure> {
        let caller = self.api_caller(http, app, peer, headers)?;
        if !caller.reaches(app) {
            return Err(self.of_another_app());
        }
        if caller.require_role(Role::Backend).is_err() {
            let words = "this API key's role does not allow it: it needs the role backend";
            return Err(OAuthFailure::new(OAuthCode::UnauthorizedClient, words));
        }
        Ok(caller)
    }

    /// What they get where the API key is valid, and of another app.
    pub fn of_another_app(&self) -> OAuthFailure {
        OAuthFailure::invalid_client("this API key belongs to another app", self.in_header)
    }

    /// Whether anything came that proves who calls.
    pub fn prove_something(&self) -> bool {
        self.in_header || self.secret.is_some()
    }

    /// The holder of an API key, given as Bearer or as the secret of the client of `app`.
    pub fn api_caller(
        &self,
        http: &Http,
        app: &AppId,
        peer: Peer,
        headers: &HeaderMap,
    ) -> Result<Caller, OAuthFailure> {
        if self.secret.is_some() && self.client_id.as_deref() != Some(app.as_str()) {
            return Err(OAuthFailure::invalid_client("there is no such client", self.in_header));
        }
        match self.bearer.as_ref().or(self.secret.as_ref()) {
            None if peer == Peer::Owner => Ok(Caller::owner()),
            None => Err(OAuthFailure::invalid_client(
                "this needs an API key, as Bearer or as the client's secret",
                true,
            )),
            Some(key) => http.service.caller(key).ok_or_else(|| {
                let failure = Failure::malformed("The API key is not valid.", "");
                match http.guessed(peer, headers, failure) {
                    limited if limited.retry_after().is_some() => limited.into(),
                    _ => OAuthFailure::invalid_client("the API key is not valid", self.in_header),
                }
            }),
        }
    }
}

fn basic(scheme: &str, encoded: &str) -> Option<(String, String)> {
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(Base64::decode_vec(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn form_decoded(text: &str) -> String {
    let pair = format!("x={text}").replace('&', "%26");
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
