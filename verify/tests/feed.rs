//! The feed through networks that lose, gather, change and repeat what they carry.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::json;
use tenure_verify::{FakeIssuer, FrozenClock, OnStale, Policy, Refusal, Verifier};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// What becomes of an answer's bytes on the way.
#[derive(Clone, Copy)]
enum Mischief {
    None,
    CutAfter(usize),
    Late(Duration),
    Doubled,
    Swapped,
    Changed,
}

const EACH: [Mischief; 8] = [
    Mischief::CutAfter(200),
    Mischief::Late(Duration::from_millis(300)),
    Mischief::Doubled,
    Mischief::None,
    Mischief::Swapped,
    Mischief::CutAfter(1500),
    Mischief::Changed,
    Mischief::None,
];

/// Carries connections, each with the next mischief, and ends each after two seconds.
async fn carry(listener: TcpListener, to: std::net::SocketAddr) {
    let mut kinds = EACH.iter().cycle();
    while let Ok((client, _)) = listener.accept().await {
        let kind = *kinds.next().expect("a cycle");
        let Ok(server) = TcpStream::connect(to).await else { continue };
        tokio::spawn(tokio::time::timeout(Duration::from_secs(2), carry_one(client, server, kind)));
    }
}

async fn carry_one(client: TcpStream, server: TcpStream, kind: Mischief) -> std::io::Result<()> {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let up = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let (mut piece, mut carried, mut held) = (vec![0; 4096], 0, Vec::new());
    loop {
        let count = from_server.read(&mut piece).await?;
        let bytes = &mut piece[..count];
        carried += count;
        match kind {
            _ if count == 0 => break,
            Mischief::None => to_client.write_all(bytes).await?,
            Mischief::CutAfter(limit) if carried > limit => break,
            Mischief::CutAfter(_) => to_client.write_all(bytes).await?,
            Mischief::Late(delay) => {
                sleep(delay).await;
                to_client.write_all(bytes).await?;
            }
            Mischief::Doubled => {
                to_client.write_all(bytes).await?;
                to_client.write_all(bytes).await?;
            }
            Mischief::Swapped if carried > 1000 && held.is_empty() => held = bytes.to_vec(),
            Mischief::Swapped => {
                to_client.write_all(bytes).await?;
                to_client.write_all(&std::mem::take(&mut held)).await?;
            }
            Mischief::Changed => {
                if carried > 1000 {
                    bytes[count / 2] ^= 1;
                }
                to_client.write_all(bytes).await?;
            }
        }
    }
    up.abort();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::disallowed_methods, reason = "the network is a real one, and so is its time")]
async fn through_a_bad_network_no_ended_session_is_accepted_once_the_feed_is_fresh() {
    const BOUND: Duration = Duration::from_secs(2);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/v1/apps/app_test", listener.local_addr().unwrap());
    let (issuer, address) = FakeIssuer::listen_behind(&url).await.unwrap();
    tokio::spawn(carry(listener, address));
    let set = issuer.key_set();
    let verifier = issuer.verifier().jwks(set).build().unwrap();
    let policy = Policy::new().on_stale(OnStale::Deny).stale_after(BOUND);
    let (begin, mut ended) = (Instant::now(), VecDeque::new());
    let (mut fresh, mut revoked) = (0, 0);
    while begin.elapsed() < Duration::from_secs(8) {
        let session = format!("s_{}", ended.len());
        let token = issuer.mint(json!({"sid": session}));
        if verifier.verify(&token, &policy).await.is_ok() {
            fresh += 1;
        }
        issuer.end_session(&session);
        ended.push_back((Instant::now(), token));
        sleep(Duration::from_millis(50)).await;
        // The server's time is told in whole seconds.
        for (at, token) in &ended {
            match verifier.verify(token, &policy).await {
                Ok(_) => assert!(
                    at.elapsed() <= BOUND + Duration::from_secs(1),
                    "accepted {:?} after",
                    at.elapsed()
                ),
                Err(Refusal::Revoked) => revoked += 1,
                Err(refusal) => assert_eq!(refusal, Refusal::FeedStale),
            }
        }
    }
    assert!(fresh > 20 && revoked > 300, "{fresh} times fresh, {revoked} refused");
}

#[tokio::test(start_paused = true)]
async fn where_streams_do_not_get_through_the_feed_is_read_by_long_polls() {
    let clock = FrozenClock::at(1_800_000_000);
    let issuer = FakeIssuer::start(&clock);
    issuer.hold_streams_back(true);
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.mint(json!({"sid": "s_1"}));
    verifier.ready().await.unwrap();
    verifier.verify(&token, &Policy::new().on_stale(OnStale::Deny)).await.unwrap();
    issuer.end_session("s_1");
    issuer.heard_by(&verifier).await;
    assert_eq!(verifier.verify(&token, &Policy::new()).await.err(), Some(Refusal::Revoked));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_began_slowly_does_not_look_old_for_as_long_as_it_lasts() {
    let clock = FrozenClock::at(1_800_000_000);
    let issuer = FakeIssuer::start(&clock);
    issuer.hold_streams_back(true);
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.mint(json!({}));
    let careful = Policy::new().on_stale(OnStale::Deny).stale_after(Duration::from_secs(2));
    sleep(Duration::from_millis(100)).await;
    clock.advance_secs(5);
    issuer.hold_streams_back(false);
    verifier.ready().await.unwrap();
    assert_eq!(verifier.verify(&token, &careful).await.err(), Some(Refusal::FeedStale), "it began 5 s ago");
    sleep(Duration::from_millis(300)).await;
    clock.advance_secs(4);
    sleep(Duration::from_millis(300)).await;
    verifier.verify(&token, &careful).await.unwrap();
}

#[tokio::test]
async fn ends_that_came_while_the_server_was_away_are_heard_of_afterwards() {
    let clock = FrozenClock::at(1_800_000_000);
    let issuer = FakeIssuer::start(&clock);
    let verifier = issuer.verifier().build().unwrap();
    verifier.ready().await.unwrap();
    let token = issuer.mint(json!({"sid": "s_1"}));
    issuer.set_down(true);
    issuer.end_session("s_1");
    verifier.verify(&token, &Policy::new()).await.unwrap();
    clock.advance_secs(11);
    let careful = Policy::new().on_stale(OnStale::Deny);
    assert_eq!(verifier.verify(&token, &careful).await.err(), Some(Refusal::FeedStale));
    issuer.set_down(false);
    issuer.heard_by(&verifier).await;
    assert_eq!(verifier.verify(&token, &careful).await.err(), Some(Refusal::Revoked));
}

/// What a server says that has nothing to say, through a proxy that lets neither streams pass nor the server wait.
async fn answer_at_once(listener: TcpListener, polls: Arc<AtomicUsize>) {
    const HEAD: &str = "00000000feedfeed-1";
    while let Ok((mut client, _)) = listener.accept().await {
        let mut head = vec![0; 4096];
        let count = client.read(&mut head).await.unwrap_or(0);
        let asked = String::from_utf8_lossy(&head[..count]).into_owned();
        let (kind, body) = if asked.contains("text/event-stream") {
            ("text/event-stream", String::new())
        } else {
            polls.fetch_add(1, Ordering::Relaxed);
            let after = asked.contains("after=").then_some(HEAD);
            let reset = after.is_none().then_some("start");
            let message = json!({
                "after": after, "cursor": HEAD, "head": HEAD, "as_of": 1_800_000_000, "entries": [], "reset": reset,
            });
            ("application/json", message.to_string())
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let _ = client.write_all(answer.as_bytes()).await;
    }
}

#[tokio::test]
async fn polls_that_are_answered_at_once_are_made_no_oftener_for_that() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/v1/apps/app_test", listener.local_addr().unwrap());
    let polls = Arc::new(AtomicUsize::new(0));
    tokio::spawn(answer_at_once(listener, polls.clone()));
    let verifier = Verifier::builder(url).jwks(FakeIssuer::start(&FrozenClock::at(0)).key_set());
    let _verifier = verifier.api_key("tk_test").build().unwrap();
    while polls.load(Ordering::Relaxed) == 0 {
        sleep(Duration::from_millis(50)).await;
    }
    sleep(Duration::from_secs(2)).await;
    let made = polls.load(Ordering::Relaxed);
    assert!(made <= 4, "{made} in two seconds");
}

/// The same token with the other signature that is good for it: the order of P-256 (SEC 2 §2.4.2) minus `s`.
fn twin(token: &str) -> String {
    const ORDER: &str = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let mut both = Base64UrlUnpadded::decode_vec(signature).expect("base64url");
    let order = Base64UrlUnpadded::decode_vec(ORDER).expect("base64url");
    let mut borrow = 0;
    for (s, n) in both[32..].iter_mut().rev().zip(order.iter().rev()) {
        let difference = i16::from(*n) - i16::from(*s) - borrow;
        borrow = i16::from(difference < 0);
        *s = difference.rem_euclid(256) as u8;
    }
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&both))
}

#[tokio::test]
async fn rv_10_an_ended_session_is_known_by_its_id_and_not_by_the_text_of_a_token() {
    let issuer = FakeIssuer::start(&FrozenClock::at(1_800_000_000));
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.mint(json!({"sid": "s_1"}));
    assert!(verifier.verify(&twin(&token), &Policy::new()).await.is_ok(), "RFC 7518 accepts it");
    issuer.end_session("s_1");
    issuer.heard_by(&verifier).await;
    for text in [twin(&token), token] {
        assert_eq!(verifier.verify(&text, &Policy::new()).await.err(), Some(Refusal::Revoked));
    }
}
