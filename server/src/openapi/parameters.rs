//! Parameters of addresses, queries and headers, with their limits.

use serde_json::{Value, json};
use tenure_core::limits::{
    APP_ID_BYTES, IDEMPOTENCY_KEY_MAX_BYTES, IDEMPOTENCY_KEY_MIN_BYTES, USER_ID_BYTES,
};

/// Text without control characters (ECMA 262).
pub(super) const NO_CONTROLS: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

/// The variable parts of an address.
pub(super) fn in_path(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.map(|name| one(name, "path", true, path_part(name))).collect()
}

/// What each variable part may be. One that is not here is described as any text.
fn path_part(name: &str) -> (Value, &'static str) {
    match name {
        "app" => {
            (json!({"type": "string", "maxLength": APP_ID_BYTES, "pattern": "^[A-Za-z0-9_-]+$"}), "The app.")
        }
        "sid" => (session_id(), "The session."),
        "uid" => (user_id(), "The user, as the application names them."),
        "id" => (
            json!({"type": "string", "minLength": 1}),
            "The id: of an API key, the part before its secret; of a webhook, what its list says.",
        ),
        "name" => (json!({"type": "string", "minLength": 1}), "The admin."),
        "file" => (json!({"type": "string", "minLength": 1}), "The file's name."),
        "list" => (json!({"type": "string", "pattern": "^(0|[1-9][0-9]{0,9})$"}), "The list's number."),
        "kid" => (json!({"type": "string", "minLength": 1}), "The signing key's id."),
        _ => (json!({"type": "string", "minLength": 1}), "A part of the address."),
    }
}

/// The schema of a session's id.
pub(super) fn session_id() -> Value {
    json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$"})
}

/// The schema of a user's id.
pub(super) fn user_id() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": USER_ID_BYTES, "pattern": NO_CONTROLS})
}

/// A parameter of the query that may be left out.
pub(super) fn query(name: &str, schema: Value, says: &'static str) -> Value {
    one(name, "query", false, (schema, says))
}

/// A header that may be left out.
pub(super) fn header(name: &str, schema: Value, says: &'static str) -> Value {
    one(name, "header", false, (schema, says))
}

/// `parameter`, which may not be left out.
pub(super) fn required(mut parameter: Value) -> Value {
    parameter["required"] = true.into();
    parameter
}

/// `Idempotency-Key`, wherever refresh tokens are used.
pub(super) fn idempotency_key() -> Value {
    let schema = json!({
        "type": "string",
        "minLength": IDEMPOTENCY_KEY_MIN_BYTES,
        "maxLength": IDEMPOTENCY_KEY_MAX_BYTES,
        "pattern": "^[!-~]+$",
    });
    let says = "Drawn for each refresh token and stored before it is sent: a retry with the same key gets the same successor.";
    header("Idempotency-Key", schema, says)
}

/// What is said of the user, wherever that counts.
pub(super) fn activity() -> Value {
    let schema = json!({"type": "string", "pattern": "^(focused|visible|hidden)(;idle=[0-9]{1,9})?$"});
    header("Tenure-Activity", schema, "What the user does, and for how many seconds nothing.")
}

fn one(name: &str, place: &str, required: bool, (schema, says): (Value, &str)) -> Value {
    json!({"name": name, "in": place, "required": required, "description": says, "schema": schema})
}
