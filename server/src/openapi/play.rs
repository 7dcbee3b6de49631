//! The operations of the playground.

use serde_json::{Value, json};
use tenure_wire::play::Playground;
use tenure_wire::session::{OpenRequest, Session};

use super::management::opened;
use super::operation::Operation;
use super::schemas::Schemas;
use super::settings::Settings;
use crate::code::Code;

/// What the page of the playground is and asks for.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        operation("get", "/play", "showPlayground", "The playground")
            .gives_text("text/html; charset=utf-8", "The page."),
        operation("get", "/play/{file}", "showPlaygroundFile", "What the playground loads")
            .gives_text("*/*", "The file."),
        operation("get", "/play/apps", "listPlaygroundApps", "Apps to play with").gives_built(
            200,
            "Every app, the time, and whether it can be moved.",
            |schemas: &mut Schemas| {
                schemas.refer::<Settings>();
                schemas.inline::<Playground<Settings>>()
            },
        ),
        operation("post", "/play/apps/{app}/sessions", "playOpenSession", "Open a session for anybody")
            .takes::<OpenRequest<Value>>(json!({"user_id": "ann"}))
            .gives_built(201, "The tokens and the session.", opened)
            .refuses(&[Code::SessionLimit]),
        operation("get", "/play/apps/{app}/sessions/{sid}", "playShowSession", "Show a session")
            .gives_inline::<Session<Value>>(200, "The session."),
        operation("delete", "/play/apps/{app}/sessions/{sid}", "playEndSession", "End a session")
            .gives_nothing(200, "It is over."),
        operation(
            "delete",
            "/play/apps/{app}/users/{uid}/tokens",
            "playEndUser",
            "End every session of a user",
        )
        .refuses(&[Code::InvalidFields])
        .gives_nothing(200, "All of them are over."),
    ]
}

fn operation(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation::new("playground", method, path, id, summary)
        .says("Only in `dev`, from a page or program of the same machine; otherwise 404.")
        .refuses(&[Code::Forbidden, Code::NotFound, Code::Unavailable])
}
