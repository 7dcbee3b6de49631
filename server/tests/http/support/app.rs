//! What a test does with one app.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use http::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::world::World;

/// An app of a [`World`].
#[derive(Clone, Copy)]
pub struct TestApp<'w> {
    world: &'w World,
    id: &'static str,
}

/// What a client holds.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub auth: String,
    pub refresh: String,
    pub session: String,
}

impl Tokens {
    /// From the answer of a sign-in or of `POST ISS/tokens`.
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        let result = &answer.json()["auth_result"];
        let text = |name: &str| result[name].as_str().unwrap_or_default().to_owned();
        Self { auth: text("auth_token"), refresh: text("refresh_token"), session: text("session_id") }
    }
}

impl<'w> TestApp<'w> {
    pub fn new(world: &'w World, id: &str) -> Self {
        Self { world, id: id.to_owned().leak() }
    }

    pub fn id(&self) -> &'static str {
        self.id
    }

    /// `/v1/apps/{id}` and what follows.
    pub fn at(&self, path: &str) -> String {
        format!("/v1/apps/{}{path}", self.id)
    }

    /// The same with the public URL before it: the issuer and what follows.
    pub fn issuer(&self) -> String {
        format!("{}{}", super::world::PUBLIC_URL, self.at(""))
    }

    /// A request without any credentials.
    pub fn call(&self, method: Method, path: &str) -> Call {
        self.world.call(method, &self.at(path))
    }

    /// A request of an operator.
    pub fn manage(&self, method: Method, path: &str) -> Call {
        self.call(method, path).key(&self.world.admin)
    }

    pub async fn change_settings(&self, settings: Value) -> Answer {
        self.manage(Method::PUT, "/session-settings").json(settings).send().await
    }

    pub async fn settings(&self) -> Value {
        self.manage(Method::GET, "/session-settings").send().await.expect(200).json()
    }

    /// Opens a session.
    pub async fn open(&self, user: &str) -> Tokens {
        Tokens::of(&self.open_with(json!({"user_id": user})).await.expect(201))
    }

    pub async fn open_with(&self, request: Value) -> Answer {
        self.manage(Method::POST, "/sessions").json(request).send().await
    }

    /// A refresh that has not been sent.
    pub fn refreshing(&self, token: &str) -> Call {
        self.world.post(&self.at("/tokens")).json(json!({"refresh_token": token}))
    }

    /// Refreshes without a key.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.refreshing(token).send().await
    }

    /// Refreshes with an `Idempotency-Key`.
    pub async fn refresh_with(&self, token: &str, key: &str) -> Answer {
        self.refreshing(token).header("idempotency-key", key).send().await
    }

    /// Refreshes, which succeeds.
    pub async fn refreshed(&self, token: &str) -> Tokens {
        Tokens::of(&self.refresh(token).await.expect(200))
    }

    /// The refresh grant.
    pub fn grant(&self, token: &str) -> Call {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.world.post(&self.at("/oauth/token")).form(&form)
    }

    /// Token exchange that has not been sent, by an operator.
    pub fn exchanging(&self, auth: &str) -> Call {
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", auth),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("requested_token_type", "urn:tenure:params:oauth:token-type:session"),
        ];
        self.manage(Method::POST, "/oauth/token").form(&form)
    }

    /// A session token of the auth token's session.
    pub async fn session_token(&self, auth: &str) -> String {
        self.exchanging(auth).send().await.expect(200).json()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn sign_out(&self, token: &str) -> Answer {
        self.world.delete(&self.at("/tokens")).json(json!({"refresh_token": token})).send().await
    }

    /// What introspection says, asked by an operator.
    pub async fn introspect(&self, token: &str) -> Value {
        let call = self.manage(Method::POST, "/oauth/introspect").form(&[("token", token)]);
        call.send().await.expect(200).json()
    }

    pub async fn is_active(&self, token: &str) -> bool {
        self.introspect(token).await["active"] == true
    }

    /// The session as an operator sees it.
    pub async fn session(&self, id: &str) -> Value {
        self.manage(Method::GET, &format!("/sessions/{id}")).send().await.expect(200).json()
    }

    pub async fn is_live(&self, id: &str) -> bool {
        self.session(id).await["status"] == "live"
    }
}

/// A part of a JWT, unverified.
pub fn decoded(token: &str, part: usize) -> Value {
    let bytes = Base64UrlUnpadded::decode_vec(token.split('.').nth(part).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The header of a JWT.
pub fn header_of(token: &str) -> Value {
    decoded(token, 0)
}

/// The claims of a JWT.
pub fn claims_of(token: &str) -> Value {
    decoded(token, 1)
}
