//! HTTP as bytes: floods, slowness and smuggling meet limits, and hold nobody else up.

use std::time::Duration;

use serde_json::json;
use tenure_server::limits::Patience;
use tenure_server::state::HttpOptions;
use tenure_service::clock::Clock as _;
use tenure_store::{Event, Sessions as _};

use crate::support::World;
use crate::support::server::Server;

const LIVE: &str = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

fn impatient() -> Patience {
    let soon = Duration::from_millis(300);
    Patience { head_time: soon, body_time: soon, drain_time: Duration::from_secs(2), ..Patience::default() }
}

async fn served(patience: Patience) -> (World, Server) {
    let world = World::with(HttpOptions { patience, ..HttpOptions::default() }).await;
    let server = Server::of(&world, patience).await;
    (world, server)
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("closed")
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn op_2_floods_of_headers_are_431() {
    let (_world, server) = served(Patience::default()).await;
    let many: String = (0..65).map(|n| format!("X-{n}: y\r\n")).collect();
    let floods = [
        format!("GET /livez HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
        format!("GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "y".repeat(40_000)),
        format!("GET /livez HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n", "y".repeat(1_000_000)),
    ];
    for flood in floods {
        assert_eq!(status(&server.says(&flood).await), "431");
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(70_000));
    assert!(["414", "431"].contains(&status(&server.says(&long).await)));
    let some: String = (0..50).map(|n| format!("X-{n}: y\r\n")).collect();
    let fits = format!("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{some}\r\n");
    assert_eq!(status(&server.says(fits).await), "200");
    server.stopped().await;
}

#[tokio::test]
async fn op_2_bytes_that_are_no_http_are_400_and_the_server_goes_on() {
    let (_world, server) = served(Patience::default()).await;
    let garbage: [&[u8]; 9] = [
        b"\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /livez HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n Host: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nA\0: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    for bytes in garbage {
        let answer = server.says(bytes).await;
        assert!(["400", "closed"].contains(&status(&answer)), "{}: {answer}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(status(&server.says(LIVE).await), "200");
    server.stopped().await;
}

#[tokio::test]
async fn op_2_a_request_cannot_be_smuggled() {
    let (world, server) = served(Patience::default()).await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let body = json!({"refresh_token": tokens.refresh}).to_string();
    let hidden =
        format!("DELETE /v1/apps/shop/tokens?refresh_token={} HTTP/1.1\r\nHost: x\r\n\r\n", tokens.refresh);
    let head = "POST /livez HTTP/1.1\r\nHost: x\r\n";
    let smuggled = [
        format!("{head}Content-Length: 5\r\nContent-Length: {}\r\n\r\n{hidden}", hidden.len()),
        format!("{head}Content-Length: 5, {}\r\n\r\n{hidden}", hidden.len()),
        format!(
            "{head}Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
            hidden.len() + 5
        ),
        format!("{head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: identity, x\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Content-Length: +{}\r\n\r\n{hidden}", hidden.len()),
        format!("{head}Content-Length: -1\r\n\r\n{hidden}"),
        format!("{head}Content-Length: 0x5\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n{hidden}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\n-1\r\n{hidden}"),
        format!("{head}X: y\rContent-Length: 5\r\n\r\n{hidden}"),
    ];
    for bytes in smuggled {
        let answer = server.says(&bytes).await;
        let answers = answer.matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "one answer, and the connection is closed: {bytes}\n{answer}");
        assert!(["400", "405", "closed", "501"].contains(&status(&answer)), "{bytes}\n{answer}");
    }
    assert!(app.is_live(&tokens.session).await, "what was hidden was not done");
    // The same length twice is one length; chunks alone are fine.
    let twice = format!("Content-Length: {}\r\nConnection: close\r\n", body.len());
    let answer = server.says(post("/v1/apps/shop/tokens", &twice, &body)).await;
    assert!(["200", "400"].contains(&status(&answer)));
    let token = if status(&answer) == "200" { token_in(&answer) } else { tokens.refresh };
    let body = json!({"refresh_token": token}).to_string();
    let chunked = format!(
        "POST /v1/apps/shop/tokens HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    assert_eq!(status(&server.says(chunked).await), "200");
    server.stopped().await;
}

fn token_in(answer: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    body["auth_result"]["refresh_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn op_2_bodies_that_are_too_large_are_413_before_they_are_read() {
    let (world, server) = served(Patience::default()).await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    for path in ["tokens", "oauth/token"] {
        let kind = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n";
        let large = post(&format!("/v1/apps/shop/{path}"), kind, &"x".repeat(100_000));
        assert_eq!(status(&server.says(large).await), "413");
        let mut endless = format!(
            "POST /v1/apps/shop/{path} HTTP/1.1\r\nHost: x\r\n{kind}Transfer-Encoding: chunked\r\n\r\n"
        );
        for _ in 0..20 {
            endless.push_str(&format!("1000\r\n{}\r\n", "x".repeat(4096)));
        }
        assert_eq!(status(&server.says(endless).await), "413");
    }
    app.refresh(&token).await.expect(200);
    server.stopped().await;
}

#[tokio::test]
async fn op_2_slow_heads_and_bodies_are_cut_off_in_time() {
    let (world, server) = served(impatient()).await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    for beginning in ["", "G", "GET /livez HTTP/1.1\r\n", "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let answer = server.says(beginning).await;
        assert!(["closed", "408"].contains(&status(&answer)), "{beginning}: {answer}");
    }
    let slow = format!("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{", app.at("/tokens"));
    let answer = server.says(slow).await;
    assert_eq!(status(&answer), "408", "{answer}");
    assert!(answer.contains("body_too_slow"));
    app.refresh(&tokens.refresh).await.expect(200);
    server.stopped().await;
}

#[tokio::test]
async fn a_request_that_takes_too_long_in_all_is_503_and_no_verdict() {
    let patience = Patience { request_time: Duration::from_millis(100), ..Patience::default() };
    let (world, server) = served(patience).await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let slow = format!("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{", app.at("/tokens"));
    let answer = server.says(slow).await;
    assert_eq!(status(&answer), "503", "{answer}");
    assert!(answer.contains("too_slow") && answer.contains("retry-after: 1"));
    app.refresh(&tokens.refresh).await.expect(200);
    server.stopped().await;
}

#[tokio::test]
async fn op_2_an_idle_connection_is_closed_and_a_busy_one_is_kept() {
    let (_world, server) = served(impatient()).await;
    let mut wire = server.connect().await;
    for _ in 0..5 {
        wire.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert_eq!(status(&wire.until("\"live\"}").await), "200");
    }
    assert_eq!(wire.rest().await, "", "closed without a word");
    server.stopped().await;
}

#[tokio::test]
async fn op_2_slow_clients_hold_nobody_up() {
    let (world, server) = served(Patience { connections: 8, ..impatient() }).await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let mut slow = Vec::new();
    for n in 0..7 {
        let mut wire = server.connect().await;
        wire.send(if n % 2 == 0 { "GET /livez HTTP/1.1\r\nX-Slow: " } else { "" }).await;
        slow.push(wire);
    }
    let body = json!({"refresh_token": tokens.refresh}).to_string();
    let request = post(&app.at("/tokens"), "Connection: close\r\n", &body);
    let answer = server.says(request).await;
    assert_eq!(status(&answer), "200", "there is room beside them");
    let mut one_more = server.connect().await;
    one_more.send("GET /livez HTTP/1.1\r\nX-Slow: ").await;
    let body = json!({"refresh_token": token_in(&answer)}).to_string();
    let answer = server.says(post(&app.at("/tokens"), "Connection: close\r\n", &body)).await;
    assert_eq!(status(&answer), "200", "where there is none, it is there once they were cut off");
    server.stopped().await;
}

#[tokio::test]
async fn op_2_a_client_that_takes_no_answer_is_given_up() {
    let soon = Duration::from_millis(300);
    let (world, server) = served(Patience { connections: 1, write_time: soon, ..Patience::default() }).await;
    let ask = format!(
        "GET /v1/session-presets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        world.admin
    );
    let mut deaf = server.connect().await;
    let asking = tokio::spawn(async move {
        for _ in 0..2000 {
            deaf.send(&ask).await;
        }
        deaf
    });
    assert_eq!(status(&server.says(LIVE).await), "200", "its place is free again");
    asking.abort();
    server.stopped().await;
}

#[tokio::test]
async fn op_2_a_server_that_is_full_of_slow_clients_still_stops() {
    let patience = Patience { connections: 2, drain_time: Duration::from_millis(200), ..Patience::default() };
    let (_world, server) = served(patience).await;
    let (mut one, mut two) = (server.connect().await, server.connect().await);
    one.send("GET /livez HTTP/1.1\r\nX-Slow: ").await;
    two.send("GET /livez HTTP/1.1\r\nX-Slow: ").await;
    let waiting = server.connect().await;
    server.stopped().await;
    drop(waiting);
}

#[tokio::test]
async fn a_request_that_was_accepted_is_answered_when_the_server_stops() {
    let (world, server) = served(Patience::default()).await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let body = json!({"refresh_token": tokens.refresh}).to_string();
    let request = post(&app.at("/tokens"), "Expect: 100-continue\r\n", &body);
    let (first, last) = request.split_at(request.len() - 20);
    let mut wire = server.connect().await;
    wire.send(first).await;
    assert_eq!(status(&wire.until("\r\n\r\n").await), "100", "the server has begun to read the body");
    server.stop();
    wire.send(last).await;
    let answer = wire.rest().await;
    assert_eq!(status(&answer), "200", "{answer}");
    app.refreshed(&token_in(&answer)).await;
    server.stopped().await;
}

#[tokio::test]
async fn op_2_a_client_that_takes_nothing_is_given_up() {
    let patience = Patience { write_time: Duration::from_millis(200), connections: 1, ..Patience::default() };
    let (_world, server) = served(patience).await;
    let mut deaf = server.connect().await;
    // More answers than the buffers between the two can hold; none is ever read.
    let asked = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20_000);
    let asking = tokio::spawn(async move {
        deaf.send(asked).await;
        deaf
    });
    // The only connection there is comes free again.
    assert_eq!(status(&server.says(LIVE).await), "200");
    drop(asking.await.unwrap());
    server.stopped().await;
}

#[tokio::test]
async fn op_2_a_client_that_takes_nothing_does_not_hold_up_the_end() {
    let (_world, server) = served(Patience::default()).await;
    let mut deaf = server.connect().await;
    let asked = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20_000);
    let asking = tokio::spawn(async move { deaf.send(asked).await });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let stopped = tokio::time::timeout(Duration::from_secs(6), server.stopped()).await;
    stopped.expect("long before the time to drain is over");
    asking.abort();
}

#[tokio::test]
async fn op_2_a_reader_of_events_that_takes_nothing_does_not_hold_up_the_end() {
    let (world, server) = served(Patience::default()).await;
    // More than the buffers between the two can hold.
    let detail = json!("x".repeat(100_000)).to_string();
    let at = world.clock.now();
    let event = Event { at, app: None, kind: "restored".into(), user: None, session: None, detail };
    world.memory.append(&vec![event; 300]).await.unwrap();
    let mut deaf = server.connect().await;
    let with = format!("Accept: text/event-stream\r\nAuthorization: Bearer {}", world.admin);
    deaf.send(format!("GET /v1/events?after=0 HTTP/1.1\r\nHost: x\r\n{with}\r\n\r\n")).await;
    assert!(deaf.until("data: ").await.contains("retry: 1000"));
    world.http.close_streams();
    let stopped = tokio::time::timeout(Duration::from_secs(6), server.stopped()).await;
    stopped.expect("long before the time to drain is over");
}
