//! A page of an app: what its browser sends along, and the cookies that come back.

use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::answer::Answer;
use super::app::TestApp;
use super::call::Call;
use super::world::World;

/// Where the pages of [`World::cookie_app`] are.
pub const PAGE: &str = "https://app.tenure.test";

impl World {
    /// An app whose refresh tokens are in cookies, for pages of [`PAGE`].
    pub async fn cookie_app(&self, id: &str) -> TestApp<'_> {
        self.cookie_app_with(id, json!({})).await
    }

    /// The same with other settings beside these.
    pub async fn cookie_app_with(&self, id: &str, settings: Value) -> TestApp<'_> {
        let mut all = json!({"transport": "cookie", "allowed_origins": [PAGE]});
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        self.app_with(id, all).await
    }
}

impl TestApp<'_> {
    /// A call of the app's page, with the headers that its browser and its code send.
    pub fn page(&self, method: Method, path: &str) -> Call {
        let call = self.call(method, path).header("origin", PAGE).header("sec-fetch-site", "same-site");
        call.header("tenure-client", "test")
    }

    /// The same with the app's cookie.
    pub fn page_with(&self, method: Method, path: &str, token: &str) -> Call {
        self.page(method, path).header("cookie", &self.cookie(token))
    }

    /// What the browser sends of a cookie with this value.
    pub fn cookie(&self, token: &str) -> String {
        format!("__Host-tenure-{}={token}", self.id())
    }

    /// Refreshes by cookie.
    pub async fn page_refresh(&self, token: &str) -> Answer {
        self.page_with(Method::POST, "/tokens", token).send().await
    }

    /// Opens a session for a handoff; gives the answer and the code.
    pub async fn open_for_handoff(&self, user: &str) -> (Answer, String) {
        let opened = self.open_with(json!({"user_id": user, "handoff": true})).await.expect(201);
        let code = opened.json()["handoff"].as_str().unwrap().to_owned();
        (opened, code)
    }

    /// A handoff that has not been sent.
    pub fn handing_off(&self, code: &str) -> Call {
        self.page(Method::POST, "/tokens/handoff").json(json!({"handoff": code}))
    }
}

/// One `Set-Cookie`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    pub name: String,
    pub value: String,
    /// In seconds; absent for the time until the browser closes.
    pub max_age: Option<i64>,
}

impl Answer {
    /// The cookie that it sets or clears, if it does; more than one is none of ours.
    #[track_caller]
    pub fn set_cookie(&self) -> Option<SetCookie> {
        let mut all = set_cookies(&self.headers);
        assert!(all.len() <= 1, "{all:?}");
        all.pop()
    }

    /// The token in the cookie that it sets.
    #[track_caller]
    pub fn token_in_cookie(&self) -> String {
        let cookie = self.set_cookie().unwrap();
        assert!(cookie.value.starts_with("tr1_"), "{cookie:?}");
        cookie.value
    }
}

/// Every `Set-Cookie`. Panics at one that is not as all of ours must be.
#[track_caller]
pub fn set_cookies(headers: &HeaderMap) -> Vec<SetCookie> {
    headers.get_all("set-cookie").iter().map(|value| parse(value.to_str().unwrap())).collect()
}

#[track_caller]
fn parse(text: &str) -> SetCookie {
    let mut parts = text.split("; ");
    let (name, value) = parts.next().unwrap().split_once('=').unwrap();
    assert!(name.starts_with("__Host-"), "{text}");
    assert!(text.len() <= 4096, "{} bytes", text.len());
    let mut attributes: Vec<_> = parts.collect();
    let max_age = attributes.iter().find_map(|a| a.strip_prefix("Max-Age=")?.parse().ok());
    attributes.retain(|a| !a.starts_with("Max-Age="));
    // A link may lead into the console, and never into an app's tokens.
    let site = if name.starts_with("__Host-tenure.admin") { "SameSite=Lax" } else { "SameSite=Strict" };
    assert_eq!(attributes, ["Path=/", "Secure", "HttpOnly", site], "{text}");
    SetCookie { name: name.to_owned(), value: value.to_owned(), max_age }
}
