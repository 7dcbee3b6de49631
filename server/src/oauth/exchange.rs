//! Token exchange (RFC 8693): a backend gives an auth token and gets a session token.

use http::{HeaderMap, StatusCode};
use tenure_core::refusal::Refusal;
use tenure_core::time::Timestamp;
use tenure_service::catalogue::App;
use tenure_service::error::{Error, NoUser};
use tenure_service::exchange::Exchanged;
use tenure_wire::oauth::{ACCESS_TOKEN_TYPE, ExchangeResponse, JWT_TYPE, SESSION_TOKEN_TYPE};

use super::answer::{OAuthAnswer, OAuthFailure, no_cache};
use super::client::Credentials;
use super::form::Form;
use crate::address::Peer;
use crate::answer::json;
use crate::code::OAuthCode;
use crate::state::Http;

/// A session token for the session of `subject_token`. The caller is the app's backend, known by its API key.
pub async fn exchange(http: &Http, peer: Peer, app: &App, headers: &HeaderMap, form: &Form) -> OAuthAnswer {
    let caller = Credentials::read(headers, form)?.backend(http, &app.id, peer, headers)?;
    let subject = asked(app, form)?;
    match http.service.exchange(&caller, &app.id, subject).await {
        Ok(exchanged) => Ok(no_cache(json(StatusCode::OK, &response(&exchanged)))),
        Err(error) => Err(refused(error)),
    }
}

/// The subject token, where everything that is asked for beside it can be had.
fn asked<'f>(app: &App, form: &'f Form) -> Result<&'f str, OAuthFailure> {
    let subject = form.require("subject_token")?;
    if ![ACCESS_TOKEN_TYPE, JWT_TYPE].contains(&form.require("subject_token_type")?) {
        let words = "subject_token_type must be an access token or a JWT, as a URN of RFC 8693";
        return Err(OAuthFailure::invalid_request(words));
    }
    if form.get("requested_token_type").is_some_and(|requested| requested != SESSION_TOKEN_TYPE) {
        let words = format!("requested_token_type must be {SESSION_TOKEN_TYPE}");
        return Err(OAuthFailure::invalid_request(&words));
    }
    if ["actor_token", "actor_token_type"].iter().any(|name| form.get(name).is_some()) {
        return Err(OAuthFailure::invalid_request("delegation is not supported: leave actor_token out"));
    }
    let is_target = |name: &str| app.audience.iter().any(|audience| audience == name) || name == app.issuer;
    if ["audience", "resource"].iter().filter_map(|name| form.get(name)).any(|name| !is_target(name)) {
        let words = "a session token is for the app that its session is of, and nobody else";
        return Err(OAuthFailure::new(OAuthCode::InvalidTarget, words));
    }
    if form.get("scope").is_some() {
        let words = "no scope was granted, so none can be asked for";
        return Err(OAuthFailure::new(OAuthCode::InvalidScope, words));
    }
    Ok(subject)
}

/// RFC 8693 §2.2.2: a subject token that is not acceptable, for whatever reason, is `invalid_request`.
fn refused(error: Error) -> OAuthFailure {
    let words = match error {
        Error::NoUser(NoUser::Unknown) => "the subject_token is not an auth token of this app",
        Error::NoUser(NoUser::NoSession) => "the subject_token belongs to no session: the app was stateless",
        Error::Session(Refusal::BindingFailed) => {
            "the session is bound to a key, and a session token would not be"
        }
        Error::NoUser(NoUser::Over) | Error::Session(_) => {
            "the subject_token has expired, or its session is over"
        }
        other => return other.into(),
    };
    OAuthFailure::invalid_request(words)
}

fn response(exchanged: &Exchanged) -> ExchangeResponse {
    let left = |end: Timestamp| end.secs() - exchanged.at.secs();
    ExchangeResponse {
        access_token: exchanged.token.reveal().to_string(),
        issued_token_type: SESSION_TOKEN_TYPE,
        token_type: "N_A",
        expires_in: left(exchanged.life.end()),
        authorization_expires_in: left(exchanged.life.absolute_end),
    }
}
