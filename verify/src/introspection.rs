//! Asking the server what a token means (RFC 7662).

use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::Full;
use serde_json::{Map, Value};

use crate::refusal::Refusal;
use crate::web::Web;

/// Whom to ask, and on whose behalf.
pub(crate) struct Introspection {
    web: Arc<Web>,
    /// `ISS/oauth/introspect`.
    address: Uri,
    authorization: HeaderValue,
}

impl Introspection {
    pub(crate) fn new(web: Arc<Web>, address: Uri, authorization: HeaderValue) -> Self {
        Introspection { web, address, authorization }
    }

    /// What the server says of a token that can be used now; `None` of every other.
    ///
    /// Refused: [`Refusal::IntrospectionUnavailable`], when it says nothing that could be understood.
    pub(crate) async fn ask(&self, token: &str) -> Result<Option<Map<String, Value>>, Refusal> {
        self.answer(token).await.map_err(|reason| {
            tracing::warn!(%reason, "the session server could not be asked about a token");
            Refusal::IntrospectionUnavailable
        })
    }

    async fn answer(&self, token: &str) -> Result<Option<Map<String, Value>>, String> {
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
        let request = Request::post(self.address.clone())
            .header(AUTHORIZATION, &self.authorization)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form))
            .map_err(|error| error.to_string())?;
        let answer = self.web.ask(request).await?;
        if answer.status != StatusCode::OK {
            return Err(format!("{}: the answer is {}", self.address, answer.status));
        }
        let no_answer = || format!("{}: the answer is none of RFC 7662", self.address);
        let mut said: Map<String, Value> = serde_json::from_slice(&answer.body).map_err(|_| no_answer())?;
        match said.remove("active") {
            Some(Value::Bool(true)) => Ok(Some(said)),
            Some(Value::Bool(false)) => Ok(None),
            _ => Err(no_answer()),
        }
    }
}
