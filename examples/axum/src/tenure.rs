//! Tenure as this service uses it: opening and ending sessions, and who a request is from.

use std::sync::Arc;
use std::{env, time::Duration};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tenure_verify::{Claims, Policy, Verifier};

use crate::{App, Error};

const NAME: &str = "__Host-session";

pub struct Tenure {
    issuer: String,
    api_key: String,
    http: Client,
    /// Follows the revocation feed, so that a session that ends anywhere is refused here at once.
    verifier: Verifier,
}

/// Whoever is signed in, with the token of their cookie.
pub struct User {
    pub claims: Arc<Claims>,
    pub token: String,
}

impl Tenure {
    pub fn from_env() -> Result<Self, Error> {
        let http = Client::builder().timeout(Duration::from_secs(5)).build()?;
        let (issuer, api_key) = (env::var("TENURE_ISSUER")?, env::var("TENURE_API_KEY")?);
        Ok(Self { issuer, api_key, http, verifier: Verifier::from_env()? })
    }

    /// Opens a session, exchanges its auth token for one opaque token, and gives the cookie that holds it.
    pub async fn open_session(&self, user: &str) -> Result<String, Error> {
        let sessions = self.http.post(format!("{}/sessions", self.issuer));
        let opened = self.ask(sessions.json(&json!({ "user_id": user, "amr": ["pwd"] }))).await?;
        let exchange = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", opened["auth_result"]["auth_token"].as_str().unwrap_or_default()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("requested_token_type", "urn:tenure:params:oauth:token-type:session"),
        ];
        let opened = self.ask(self.http.post(format!("{}/oauth/token", self.issuer)).form(&exchange)).await?;
        let token = opened["access_token"].as_str().ok_or("an answer without a token")?;
        Ok(cookie(token, opened["authorization_expires_in"].as_u64().unwrap_or(0)))
    }

    pub async fn end_session(&self, user: &User) -> Result<(), Error> {
        let revoke = self.http.post(format!("{}/oauth/revoke", self.issuer));
        self.ask(revoke.form(&[("token", &user.token)])).await.map(drop)
    }

    /// Ends every session of the user. The names of users here need no escapes in a path.
    pub async fn end_user(&self, user: &User) -> Result<(), Error> {
        let path = format!("{}/users/{}/tokens", self.issuer, user.claims.user());
        self.ask(self.http.delete(path)).await.map(drop)
    }

    /// The JSON of an answer, or `null` where there is none.
    async fn ask(&self, request: RequestBuilder) -> Result<Value, Error> {
        let answer = request.bearer_auth(&self.api_key).send().await?.error_for_status()?.bytes().await?;
        if answer.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&answer)?) }
    }
}

/// Scripts cannot read it, other sites cannot send it along with a form, other hosts cannot set it.
pub fn cookie(token: &str, seconds: u64) -> String {
    format!("{NAME}={token}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax")
}

fn token_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|one| one.strip_prefix(NAME)?.strip_prefix('='))
}

impl OptionalFromRequestParts<Arc<App>> for User {
    type Rejection = Response;

    /// Trouble is 503 and signs nobody out.
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Option<Self>, Response> {
        let Some(token) = token_of(&parts.headers) else { return Ok(None) };
        match app.tenure.verifier.verify(token, &Policy::new()).await {
            Ok(claims) => Ok(Some(User { claims, token: token.to_owned() })),
            Err(refusal) if refusal.is_trouble() => Err(not_now(refusal)),
            Err(_) => Ok(None),
        }
    }
}

impl FromRequestParts<Arc<App>> for User {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let user = <Self as OptionalFromRequestParts<_>>::from_request_parts(parts, app).await?;
        user.ok_or_else(|| (StatusCode::UNAUTHORIZED, "Sign in first.").into_response())
    }
}

/// Nothing has changed for the user, who may try again.
pub fn not_now(why: impl Into<Error>) -> Response {
    eprintln!("{}", why.into());
    let wait = [(header::RETRY_AFTER, "2")];
    (StatusCode::SERVICE_UNAVAILABLE, wait, "Not now. Please try again in a moment.").into_response()
}
