//! What a form of a page sends: each field once, in bounds.

use axum::body::Body;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::answer::Failure;
use crate::body;
use crate::limits::{CLIENT_BODY_BYTES, FORM_PARAMETERS};
use crate::state::Http;

/// The fields of a form. Has no `Debug`: it may carry secrets.
pub(super) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads a form's fields. Refuses another content type, and a field that stands twice.
    pub(super) async fn read(http: &Http, headers: &HeaderMap, body: Body) -> Result<Self, Failure> {
        Self::read_up_to(CLIENT_BODY_BYTES, http, headers, body).await
    }

    /// The same for a form of up to `bytes`.
    pub(super) async fn read_up_to(
        bytes: usize,
        http: &Http,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Self, Failure> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().unwrap_or_default().trim() != "application/x-www-form-urlencoded" {
            return Err(Failure::malformed("This is not what a form sends.", "Nothing was changed."));
        }
        let bytes = body::read(http, body, bytes).await?;
        let mut form = Self { fields: Vec::with_capacity(8) };
        for (name, value) in form_urlencoded::parse(&bytes) {
            if form.fields.len() == FORM_PARAMETERS || form.fields.iter().any(|(known, _)| *known == name) {
                let says = "A field stands twice, or there are too many.";
                return Err(Failure::malformed(says, "Nothing was changed."));
            }
            form.fields.push((name.into_owned(), value.into_owned()));
        }
        Ok(form)
    }

    /// The field's value without the blanks around it; an empty one is an absent one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The field's value as it was sent: for names, which may begin and end with blanks. An empty one is an absent one.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}
