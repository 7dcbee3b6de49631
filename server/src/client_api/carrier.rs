//! How a refresh token comes in and goes out: in bodies or in the app's cookie, as its `transport` says.

use axum::response::Response;
use http::HeaderMap;
use tenure_core::id::AppId;
use tenure_core::refusal::Refusal;
use tenure_core::settings::{CookiePersistence, Transport};
use tenure_service::catalogue::App;
use tenure_service::error::Error;
use tenure_service::issue::Issued;
use tenure_wire::auth_result::RefreshAnswer;

use crate::answer::{Answer, Failure, ok};
use crate::state::Http;
use crate::{cookie, page};

/// Where the tokens of an app are carried, and what came there.
pub enum Carrier<'h> {
    /// In bodies. Cookies are not looked at.
    Body,
    /// In the app's cookie; its value, if one came.
    Cookie(Cookie<'h>),
}

/// The cookie of an app, sent by one of its pages: holding it proves that this was checked.
pub struct Cookie<'h> {
    app: AppId,
    persistence: CookiePersistence,
    /// What came in it.
    pub value: Option<&'h str>,
}

impl<'h> Carrier<'h> {
    /// As the settings of `app` say. For a cookie: refused unless a page of the app sent it.
    pub fn of(http: &Http, app: &App, headers: &'h HeaderMap) -> Result<Self, Failure> {
        if app.settings.transport == Transport::Token {
            return Ok(Self::Body);
        }
        page::sent_it(http, app, headers)?;
        let value = cookie::find(headers, &cookie::name(&app.id)).map_err(|_| {
            Failure::malformed(
                "The cookie of this app stands twice, or is not readable.",
                "Nothing was changed, the cookie least of all.",
            )
        })?;
        Ok(Self::Cookie(Cookie { app: app.id.clone(), persistence: app.settings.cookie_persistence, value }))
    }

    /// The token that came where it is carried. One elsewhere is refused: nobody could say which one is meant.
    pub fn token(&self, elsewhere: Option<String>) -> Result<Option<String>, Failure> {
        match self {
            Self::Body => Ok(elsewhere),
            Self::Cookie(cookie) if elsewhere.is_none() => Ok(cookie.value.map(str::to_owned)),
            Self::Cookie(_) => Err(Failure::malformed(
                "This app keeps its refresh tokens in a cookie, and takes none from bodies or addresses.",
                "Send the request with credentials and without a refresh_token.",
            )),
        }
    }

    /// The refusal of a refresh that came without a token. A browser without the cookie is a user who is not signed in.
    pub fn without_token(&self) -> Failure {
        match self {
            Self::Body => missing(),
            Self::Cookie(_) => Error::Session(Refusal::Unknown).into(),
        }
    }

    /// The tokens as an answer; the refresh token where it is carried, and nowhere else.
    pub fn hand_out(&self, issued: Issued) -> Answer {
        match self {
            Self::Body => ok(&RefreshAnswer { auth_result: issued.result }),
            Self::Cookie(cookie) => cookie.hand_out(issued),
        }
    }

    /// `response` to a sign-out that is durable: the cookie goes.
    pub fn signed_out(&self, mut response: Response) -> Answer {
        if let Self::Cookie(cookie) = self {
            cookie::clear(response.headers_mut(), &cookie.app)?;
        }
        Ok(response)
    }
}

impl Cookie<'_> {
    /// The tokens as an answer, the refresh token in the cookie.
    pub fn hand_out(&self, mut issued: Issued) -> Answer {
        let token =
            issued.result.refresh_token.take().ok_or_else(|| Error::bug("no token for the cookie"))?;
        let mut headers = HeaderMap::new();
        cookie::set(&mut headers, &self.app, (&token, &issued), self.persistence)?;
        let mut response = ok(&RefreshAnswer { auth_result: issued.result })?;
        response.headers_mut().extend(headers);
        Ok(response)
    }
}

/// 400: there is no token in the body of a request that needs one.
pub fn missing() -> Failure {
    Failure::malformed(
        "There is no refresh token in this request.",
        "Send {\"refresh_token\": \"tr1_…\"} as the body.",
    )
}
