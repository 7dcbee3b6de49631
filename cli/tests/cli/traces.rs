//! Traces reach a collector, take the place that a trusted proxy gives them, and carry no secret.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::support::ask::ask;
use crate::support::dev::tokens;
use crate::support::process::run;
use crate::support::production::Production;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const ANOTHER: &str = "1bf7651916cd43dd8448eb211c80319d";

/// A collector on a free port: what is posted to it, path and body.
fn collector() -> (u16, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (send, received) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some(posted) = receive(stream) {
                let _ = send.send(posted);
            }
        }
    });
    (port, received)
}

fn receive(mut stream: TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        (stream.read(&mut byte).ok()? == 1).then(|| head.push(byte[0]))?;
    }
    let head = String::from_utf8(head).ok()?.to_ascii_lowercase();
    assert!(head.contains("content-type: application/x-protobuf"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()?;
    Some((head.split(' ').nth(1)?.to_owned(), body))
}

fn holds(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16));
    pairs.collect::<Result<_, _>>().expect("hexadecimal digits")
}

/// Everything that a server with these trusted proxies sends to its collector while it serves a session with a traceparent.
fn exported(trusted: &str) -> (Vec<u8>, Vec<String>) {
    let (port, received) = collector();
    let production = Production::new();
    let telemetry =
        format!("[telemetry]\notlp_endpoint = 'http://127.0.0.1:{port}'\nsampled_percent = 100\n");
    production.configure("https://auth.example.com", &format!("trusted_proxies = [{trusted}]\n{telemetry}"));
    run(production.command(&["migrate"]));
    production.make_ring();
    let mut server = production.start(production.command(&["serve"]));
    let folder = &production.folder;
    folder.command(&["app", "create", "Shop", "--id", "shop"]);
    let key = folder.command(&["api-key", "create", "x", "--app", "shop", "--role", "admin"]).stdout;
    let bearer = format!("Bearer {}", key.trim());
    let manage = [("Authorization", bearer.as_str())];
    let iss = "/v1/apps/shop";
    let settings = format!("{iss}/session-settings");
    ask(production.port, "PUT", &settings, &manage, "{\"refresh_tokens\": true}")
        .expect("an answer")
        .expect(200);
    let open = ask(production.port, "POST", &format!("{iss}/sessions"), &manage, "{\"user_id\": \"ann\"}");
    let tokens = tokens(&open.expect("an answer").expect(201));
    let body = serde_json::json!({"refresh_token": tokens.refresh}).to_string();
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let refreshed =
        ask(production.port, "POST", &format!("{iss}/tokens"), &[("traceparent", &parent)], &body);
    refreshed.expect("an answer").expect(200);
    // Two of them are none.
    let two = [("traceparent", parent.replace(TRACE, ANOTHER)), ("traceparent", parent)];
    let two: Vec<_> = two.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ask(production.port, "GET", "/livez", &two, "").expect("an answer").expect(200);
    assert_eq!(server.terminate().code(), Some(0), "{}", server.log());
    let mut all = Vec::new();
    for (path, body) in received.try_iter() {
        assert_eq!(path, "/v1/traces");
        all.extend(body);
    }
    (all, vec![tokens.refresh, tokens.auth, key.trim().to_owned()])
}

#[test]
fn spans_go_on_where_a_trusted_proxy_began_and_hold_no_secret() {
    let (sent, secrets) = exported("'127.0.0.1'");
    for part in
        ["tenure", "request", "commit", "http.route", "/v1/apps/{app}/tokens", "http.response.status_code"]
    {
        assert!(holds(&sent, part.as_bytes()), "no {part} was sent");
    }
    assert!(holds(&sent, &bytes_of(TRACE)), "the proxy's trace does not go on");
    assert!(holds(&sent, &bytes_of("b7ad6b7169203331")), "the proxy's span is not the parent");
    assert!(!holds(&sent, &bytes_of(ANOTHER)), "one of two was believed");
    for secret in secrets {
        assert!(!holds(&sent, secret.as_bytes()), "a secret was sent");
        assert!(!holds(&sent, &secret.as_bytes()[..secret.len() / 2]), "half a secret was sent");
    }
}

#[test]
fn a_stranger_chooses_no_trace() {
    let (sent, _) = exported("'192.0.2.1'");
    assert!(holds(&sent, b"/v1/apps/{app}/tokens"), "nothing was sent");
    assert!(!holds(&sent, &bytes_of(TRACE)), "a stranger's trace goes on");
}
