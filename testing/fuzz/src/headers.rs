//! Headers, at addresses that look at them.

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::world::{APP, World, block_on};

const ASKED: &[(Method, &str, &str, &str)] = &[
    (Method::GET, "", "", ""),
    (Method::OPTIONS, "/tokens", "", ""),
    (Method::GET, "/.well-known/jwks.json", "", ""),
    (Method::GET, "/sessions", "", ""),
    (Method::PUT, "/session-settings", "application/json", r#"{"idle_timeout":7200}"#),
    (Method::POST, "/oauth/introspect", "application/x-www-form-urlencoded", "token={auth}"),
    (
        Method::POST,
        "/oauth/token",
        "application/x-www-form-urlencoded",
        "grant_type=refresh_token&refresh_token={refresh}",
    ),
    (Method::POST, "/tokens", "", r#"{"refresh_token":"{refresh}"}"#),
    (Method::DELETE, "/tokens", "", r#"{"refresh_token":"{refresh}"}"#),
];

/// Takes lines of `name: value`, which go with each request; they may stand for what a client holds.
pub fn run(input: &[u8]) {
    block_on(async {
        let mut world = World::new().await;
        for (method, path, content_type, body) in ASKED {
            let mut headers = parse(&world.filled_in(input));
            if !content_type.is_empty() && !headers.contains_key("content-type") {
                headers.insert("content-type", HeaderValue::from_static(content_type));
            }
            let body = world.filled_in(body.as_bytes());
            world.ask(method.clone(), &format!("/v1/apps/{APP}{path}"), headers, body).await;
        }
    });
}

/// The lines that are headers.
pub fn parse(lines: &[u8]) -> HeaderMap {
    let lines = lines.split(|byte| *byte == b'\n');
    let pair = |line: &[u8]| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(pair) {
        headers.append(name, value);
    }
    headers
}
