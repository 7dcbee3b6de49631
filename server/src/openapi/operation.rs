//! One operation as the tables describe it, and how it is written in the document.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::error_answers::{self, Errors};
use super::parameters::in_path;
use super::schemas::{Schemas, Shape};
use crate::code::{Code, OAuthCode};

/// Who may call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Anybody.
    Nothing,
    /// An API key that may do this, as its role is called in `docs/reference/http.md`.
    Key(&'static str),
    /// An API key for more than everybody sees.
    KeyForMore,
    /// An API key, as Bearer or as the client's secret.
    KeyOrSecret(&'static str),
    /// Nothing, or an API key, as Bearer or as the client's secret, for what a backend may.
    KeyOrSecretForMore,
    /// A user's auth token.
    AuthToken,
    /// The process's own socket: no API key will do.
    OwnSocket,
}

/// One method of one address. [`Operation::to_json`] adds what all operations of its kind have in common.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) tag: &'static str,
    id: &'static str,
    summary: &'static str,
    description: String,
    needs: Needs,
    parameters: Vec<Value>,
    body: Option<Body>,
    answers: Vec<Given>,
    errors: Errors,
}

struct Body {
    media: &'static str,
    content: Content,
    required: bool,
    example: Value,
}

struct Given {
    status: u16,
    says: &'static str,
    media: &'static str,
    content: Option<Content>,
    or_text: Option<&'static str>,
    headers: Map<String, Value>,
}

/// A schema: of a type, or written where it is used.
enum Content {
    Of(Shape),
    As(Value),
    OneOf(fn(&mut Schemas) -> Vec<Value>),
}

impl Content {
    fn schema(&self, schemas: &mut Schemas) -> Value {
        match self {
            Self::Of(shape) => shape(schemas),
            Self::As(schema) => schema.clone(),
            Self::OneOf(shapes) => json!({"anyOf": shapes(schemas)}),
        }
    }
}

impl Operation {
    /// An operation that anybody may call. `id` is what generated clients call it.
    pub(super) fn new(
        tag: &'static str,
        method: &'static str,
        path: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            tag,
            id,
            summary,
            description: String::new(),
            needs: Needs::Nothing,
            parameters: in_path(path),
            body: None,
            answers: Vec::new(),
            errors: Errors::of(path),
        }
    }

    /// What the summary has no room for.
    pub(super) fn says(mut self, words: &str) -> Self {
        self.description = words.to_owned();
        self
    }

    /// Who may call, with the refusals that follow from it.
    pub(super) fn needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        match needs {
            Needs::Nothing => {}
            Needs::KeyOrSecret(_) | Needs::KeyOrSecretForMore => {
                self.errors.oauth(&[OAuthCode::InvalidClient, OAuthCode::TooManyRequests]);
            }
            Needs::AuthToken => {
                self.errors.add(&[Code::InvalidAuthToken, Code::Forbidden, Code::TooManyRequests]);
            }
            Needs::Key(_) | Needs::KeyForMore | Needs::OwnSocket => {
                self.errors.add(&[Code::InvalidApiKey, Code::Forbidden, Code::TooManyRequests]);
            }
        }
        self
    }

    /// A parameter of the query or a header.
    pub(super) fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// A JSON body of management.
    pub(super) fn takes<T: ToSchema + 'static>(mut self, example: Value) -> Self {
        let content = Content::Of(Schemas::reference::<T>);
        self.body = Some(Body { media: "application/json", content, required: true, example });
        self.errors.add(&[Code::UnsupportedMediaType, Code::InvalidFields]);
        self.with_body()
    }

    /// A JSON body of management, described here.
    pub(super) fn takes_json(mut self, schema: Value, example: Value) -> Self {
        let content = Content::As(schema);
        self.body = Some(Body { media: "application/json", content, required: true, example });
        self.errors.add(&[Code::UnsupportedMediaType, Code::InvalidFields]);
        self.with_body()
    }

    /// A JSON body of the client API, read whatever its content type is.
    pub(super) fn reads<T: ToSchema + 'static>(mut self, required: bool, example: Value) -> Self {
        let content = Content::Of(Schemas::reference::<T>);
        self.body = Some(Body { media: "application/json", content, required, example });
        self.with_body()
    }

    /// A form, each parameter of which stands once.
    pub(super) fn takes_form(mut self, schema: Value, example: Value) -> Self {
        let media = "application/x-www-form-urlencoded";
        self.body = Some(Body { media, content: Content::As(schema), required: true, example });
        self.with_body()
    }

    fn with_body(mut self) -> Self {
        self.errors.add(&[Code::InvalidRequest, Code::BodyTooLarge, Code::BodyTooSlow]);
        self
    }

    /// An answer with JSON of a type.
    pub(super) fn gives<T: ToSchema + 'static>(self, status: u16, says: &'static str) -> Self {
        self.given(status, says, "application/json", Some(Content::Of(Schemas::reference::<T>)))
    }

    /// An answer with JSON of a type with parameters, whose schema stands here.
    pub(super) fn gives_inline<T: ToSchema + 'static>(self, status: u16, says: &'static str) -> Self {
        self.given(status, says, "application/json", Some(Content::Of(Schemas::inline::<T>)))
    }

    /// An answer with JSON that is described here.
    pub(super) fn gives_json(self, status: u16, says: &'static str, schema: Value) -> Self {
        self.given(status, says, "application/json", Some(Content::As(schema)))
    }

    /// An answer with JSON that is built from several types.
    pub(super) fn gives_built(self, status: u16, says: &'static str, shape: Shape) -> Self {
        self.given(status, says, "application/json", Some(Content::Of(shape)))
    }

    /// An answer with JSON of one of several shapes.
    pub(super) fn gives_either(
        self,
        status: u16,
        says: &'static str,
        shapes: fn(&mut Schemas) -> Vec<Value>,
    ) -> Self {
        self.given(status, says, "application/json", Some(Content::OneOf(shapes)))
    }

    /// An answer of another media type.
    pub(super) fn gives_media<T: ToSchema + 'static>(self, media: &'static str, says: &'static str) -> Self {
        self.given(200, says, media, Some(Content::Of(Schemas::reference::<T>)))
    }

    /// An answer in text.
    pub(super) fn gives_text(self, media: &'static str, says: &'static str) -> Self {
        self.given(200, says, media, Some(Content::As(json!({"type": "string"}))))
    }

    /// An answer without a body.
    pub(super) fn gives_nothing(self, status: u16, says: &'static str) -> Self {
        self.given(status, says, "", None)
    }

    /// The last answer in text of this media type instead, for those who accept that.
    pub(super) fn or_text(mut self, media: &'static str) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.or_text = Some(media);
        }
        self
    }

    fn given(
        mut self,
        status: u16,
        says: &'static str,
        media: &'static str,
        content: Option<Content>,
    ) -> Self {
        self.answers.push(Given { status, says, media, content, or_text: None, headers: Map::new() });
        self
    }

    /// A header that every answer described so far carries.
    pub(super) fn with_header(mut self, name: &str, says: &str) -> Self {
        let header = json!({"description": says, "required": true, "schema": {"type": "string"}});
        for answer in &mut self.answers {
            answer.headers.insert(name.to_owned(), header.clone());
        }
        self
    }

    /// The header of an answer that sets or clears the refresh cookie, where the app has one.
    pub(super) fn may_set_cookie(mut self) -> Self {
        let says = "`__Host-tenure-{app}` where the app's transport is \"cookie\": Secure, HttpOnly, SameSite=Strict.";
        let header = json!({"description": says, "schema": {"type": "string"}});
        for answer in &mut self.answers {
            answer.headers.insert("Set-Cookie".to_owned(), header.clone());
        }
        self
    }

    /// Errors beyond those that follow from what it needs and takes.
    pub(super) fn refuses(mut self, codes: &[Code]) -> Self {
        self.errors.add(codes);
        self
    }

    /// The errors of an OAuth address, in the shape of RFC 6749.
    pub(super) fn refuses_oauth(mut self, codes: &[OAuthCode]) -> Self {
        self.errors.oauth(codes);
        self
    }

    /// As it stands in the document.
    pub(super) fn to_json(&self, schemas: &mut Schemas) -> Value {
        let mut operation = json!({
            "tags": [self.tag],
            "operationId": self.id,
            "summary": self.summary,
            "security": security(self.needs),
        });
        let description = format!("{}{}", self.description, whom(self.needs)).trim().to_owned();
        if !description.is_empty() {
            operation["description"] = description.into();
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.clone().into();
        }
        if let Some(body) = &self.body {
            let content = json!({"schema": body.content.schema(schemas), "example": body.example});
            operation["requestBody"] = json!({"required": body.required, "content": {body.media: content}});
        }
        let mut answers = self.errors.to_json(schemas);
        for answer in &self.answers {
            let mut headers = answer.headers.clone();
            headers.insert("X-Request-Id".into(), error_answers::request_id());
            let mut described = json!({"description": answer.says, "headers": headers});
            if let Some(content) = &answer.content {
                described["content"] = json!({answer.media: {"schema": content.schema(schemas)}});
            }
            if let Some(media) = answer.or_text {
                described["content"][media] = json!({"schema": {"type": "string"}});
            }
            answers.insert(answer.status.to_string(), described);
        }
        operation["responses"] = answers.into();
        operation
    }
}

fn security(needs: Needs) -> Value {
    match needs {
        Needs::Nothing => json!([]),
        Needs::Key(_) | Needs::OwnSocket => json!([{"apiKey": []}]),
        Needs::KeyForMore => json!([{}, {"apiKey": []}]),
        Needs::KeyOrSecret(_) => json!([{"apiKey": []}, {"clientSecret": []}]),
        Needs::KeyOrSecretForMore => json!([{}, {"apiKey": []}, {"clientSecret": []}]),
        Needs::AuthToken => json!([{"authToken": []}]),
    }
}

fn whom(needs: Needs) -> String {
    match needs {
        Needs::Key(role) | Needs::KeyOrSecret(role) => format!("\n\nNeeds an API key: {role}."),
        Needs::AuthToken => "\n\nNeeds a live auth token of the user.".to_owned(),
        Needs::OwnSocket => {
            "\n\nOnly through the process's own socket: with any API key it is 403.".to_owned()
        }
        Needs::Nothing | Needs::KeyForMore | Needs::KeyOrSecretForMore => String::new(),
    }
}
