//! Receivers that mean no good: whatever they answer, it costs a bounded time and a few kilobytes.

use std::time::Duration;

use http::Method;
use serde_json::Value;
use tenure_server::state::HttpOptions;

use super::{at, courier, create, to};
use crate::support::World;
use crate::support::receiver::{Receiver, Reply};

/// What a test message to a receiver that answers so comes to.
async fn tested(reply: Reply) -> Value {
    let world = World::with(HttpOptions { courier: courier(), ..HttpOptions::default() }).await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    receiver.always_answers(reply);
    let webhook = create(&app, to(&receiver.url())).await;
    let test = app.manage(Method::POST, &format!("{}/test", at(&webhook))).send();
    let answer = tokio::time::timeout(Duration::from_secs(3), test).await.expect("a bounded time");
    assert_eq!(receiver.got().len(), 1, "sent once");
    answer.expect(200).json()
}

/// LO-7: a redirect is an answer that did not take the message.
#[tokio::test]
async fn lo_7_a_redirect_is_not_followed() {
    let elsewhere = Receiver::new().await;
    for status in [301, 302, 303, 307, 308] {
        let url = elsewhere.url();
        let redirect = format!("HTTP/1.1 {status} There\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n");
        let tested = tested(Reply::Bytes(redirect)).await;
        assert_eq!((&tested["delivered"], &tested["status"]), (&false.into(), &status.into()));
        assert_eq!(tested["says"], format!("it answered {status}; redirects are not followed"));
    }
    assert!(elsewhere.got().is_empty());
}

#[tokio::test]
async fn a_body_without_an_end_is_not_read_to_its_end() {
    assert_eq!(tested(Reply::Endless).await["delivered"], true);
    let slow = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx".to_owned();
    assert_eq!(tested(Reply::Bytes(slow)).await["delivered"], true);
}

#[tokio::test]
async fn one_that_does_not_come_to_its_answer_is_given_up() {
    for reply in [Reply::Never, Reply::Informing] {
        let tested = tested(reply).await;
        assert_eq!((&tested["delivered"], &tested["status"]), (&false.into(), &Value::Null));
        assert!(tested["says"].as_str().unwrap().len() <= 300);
    }
}

#[tokio::test]
async fn what_is_no_answer_takes_nothing() {
    let header = format!("X: {}\r\n", "x".repeat(1000));
    let broken = [
        String::new(),
        "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
        "HTTP/1.1\r\n\r\n".to_owned(),
        "HTTP/1.1 9999 Huge\r\n\r\n".to_owned(),
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\n{}\r\n", header.repeat(60)),
        format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(1000)),
        format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}", "x".repeat(50)),
    ];
    for bytes in broken {
        let tested = tested(Reply::Bytes(bytes.clone())).await;
        assert_eq!(tested["delivered"], false, "{bytes:.60}: {tested}");
        let says = tested["says"].as_str().unwrap();
        assert!(!says.is_empty() && !says.contains("xxxx"), "{says}");
    }
}
