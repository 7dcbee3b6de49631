//! Keys that are rotated, away, made up, or served by somebody who means harm.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tenure_jose::{Alg, Signer, SigningKey};
use tenure_verify::{Count, FakeIssuer, FrozenClock, Gauge, Metrics, Policy, Refusal, Verifier};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const NOW: i64 = 1_800_000_000;

/// Counts fetches of keys.
#[derive(Default)]
struct Fetches(AtomicUsize);

impl Metrics for Fetches {
    fn count(&self, count: Count) {
        if matches!(count, Count::JwksFetch { .. }) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn gauge(&self, _: Gauge, _: f64) {}
}

/// A token of this issuer that a key signed which it does not have.
fn made_up(issuer: &str) -> String {
    let key = SigningKey::generate(Alg::Es256).expect("a key");
    let claims = json!({
        "iss": issuer, "sub": "u", "aud": "app_test", "iat": NOW, "exp": NOW + 300, "jti": "t", "client_id": "web",
    });
    Signer::new(Arc::new(key), "at+jwt").sign(claims.to_string().as_bytes()).expect("a token")
}

#[tokio::test]
async fn a_flood_of_unknown_keys_costs_ten_fetches_a_minute_and_nobody_else_anything() {
    let clock = FrozenClock::at(NOW);
    let (issuer, fetches) = (FakeIssuer::start(&clock), Arc::new(Fetches::default()));
    let verifier = issuer.verifier().metrics(fetches.clone()).build().unwrap();
    let good = issuer.mint(json!({}));
    verifier.verify(&good, &Policy::new()).await.unwrap();
    for n in 0..300 {
        let token = made_up(issuer.issuer());
        let refusal = verifier.verify(&token, &Policy::new()).await.err();
        assert!(matches!(refusal, Some(Refusal::UnknownKey | Refusal::KeysUnavailable)), "{refusal:?}");
        if n < 5 {
            assert_eq!(verifier.verify(&token, &Policy::new()).await.err(), Some(Refusal::UnknownKey));
        }
        verifier.verify(&issuer.mint(json!({})), &Policy::new()).await.unwrap();
    }
    assert_eq!(fetches.0.load(Ordering::Relaxed), 10);
    assert_eq!(verifier.remembered(), 301, "what is made up is remembered nowhere");
    clock.advance_secs(60);
    issuer.rotate_key();
    verifier.verify(&issuer.mint(json!({})), &Policy::new()).await.unwrap();
}

#[tokio::test]
async fn known_keys_verify_while_the_issuer_is_away_for_an_hour() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let verifier = issuer.verifier().build().unwrap();
    verifier.verify(&issuer.mint(json!({})), &Policy::new()).await.unwrap();
    issuer.set_down(true);
    for _ in 0..60 {
        clock.advance_secs(60);
        verifier.verify(&issuer.mint(json!({})), &Policy::new()).await.unwrap();
    }
    issuer.set_down(false);
    issuer.rotate_key();
    clock.advance_secs(60);
    verifier.verify(&issuer.mint(json!({})), &Policy::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_that_is_rotated_under_load_refuses_nobody() {
    let issuer = Arc::new(FakeIssuer::start(&FrozenClock::at(NOW)));
    let fetches = Arc::new(Fetches::default());
    let verifier = issuer.verifier().metrics(fetches.clone()).build().unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (issuer, verifier) = (issuer.clone(), verifier.clone());
            tokio::spawn(async move {
                for _ in 0..300 {
                    verifier.verify(&issuer.mint(json!({})), &Policy::new()).await?;
                    tokio::task::yield_now().await;
                }
                Ok::<(), Refusal>(())
            })
        })
        .collect();
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        issuer.rotate_key();
    }
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    // One for all who wait, and one more where that had been answered before the key was there.
    assert!(fetches.0.load(Ordering::Relaxed) <= 9);
}

#[tokio::test]
async fn tokens_of_a_key_that_was_withdrawn_are_forgotten_with_it() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let verifier = issuer.verifier().build().unwrap();
    let policy = Policy::new().revocation(tenure_verify::Revocation::None);
    let old = issuer.mint(json!({"exp": NOW + 10_000}));
    verifier.verify(&old, &policy).await.unwrap();
    issuer.revoke_key();
    verifier.verify(&issuer.mint(json!({})), &policy).await.unwrap();
    assert_eq!(verifier.verify(&old, &policy).await.err(), Some(Refusal::UnknownKey));
}

#[tokio::test]
async fn a_flood_of_good_tokens_is_remembered_up_to_a_bound() {
    let issuer = FakeIssuer::start(&FrozenClock::at(NOW));
    let verifier = issuer.verifier().build().unwrap();
    for _ in 0..tenure_verify::limits::REMEMBERED_TOKENS + 500 {
        verifier.verify(&issuer.mint(json!({})), &Policy::new()).await.unwrap();
    }
    assert!(verifier.remembered() <= tenure_verify::limits::REMEMBERED_TOKENS);
}

#[tokio::test]
async fn a_clock_that_is_ten_minutes_off_says_so_and_makes_no_feed_stale() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let verifier = issuer.verifier().build().unwrap();
    verifier.ready().await.unwrap();
    let policy = Policy::new().on_stale(tenure_verify::OnStale::Deny);
    let token = issuer.mint(json!({"sid": "s_1"}));
    let long = issuer.mint(json!({"sid": "s_1", "iat": NOW - 700, "nbf": NOW - 700, "exp": NOW + 700}));
    for (wall, verdict) in
        [(NOW + 600, Some(Refusal::Expired)), (NOW - 600, Some(Refusal::NotYetValid)), (NOW, None)]
    {
        clock.set_wall(wall);
        assert_eq!(verifier.verify(&token, &policy).await.err(), verdict);
        assert_eq!(verifier.verify(&long, &policy).await.err(), None);
    }
}

/// What somebody answers who was asked for keys.
enum Answers {
    Bytes(Vec<u8>),
    /// Again and again, after the first bytes.
    Endless(Vec<u8>, Vec<u8>),
    Nothing,
}

/// A verifier whose issuer answers every question with this; and how often it was asked.
async fn verifier_of(answers: Answers) -> (Verifier, String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let issuer = format!("http://{}/v1/apps/app_test", listener.local_addr().expect("an address"));
    let (answers, asked) = (Arc::new(answers), Arc::new(AtomicUsize::new(0)));
    let counted = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let (answers, counted) = (answers.clone(), counted.clone());
            tokio::spawn(async move {
                let mut head = [0; 4096];
                while connection.read(&mut head).await.is_ok_and(|count| count > 0) {
                    counted.fetch_add(1, Ordering::Relaxed);
                    match &*answers {
                        Answers::Bytes(bytes) => drop(connection.write_all(bytes).await),
                        Answers::Endless(first, rest) => {
                            let mut open = connection.write_all(first).await;
                            while open.is_ok() {
                                open = connection.write_all(rest).await;
                            }
                        }
                        Answers::Nothing => tokio::time::sleep(Duration::from_secs(60)).await,
                    }
                }
            });
        }
    });
    (Verifier::builder(&issuer).build().expect("a verifier"), issuer, asked)
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[tokio::test]
async fn whoever_means_harm_with_keys_gets_nothing_but_one_short_answer_read() {
    let key = SigningKey::generate(Alg::Es256).unwrap();
    let good = json!({"keys": [key.public()]}).to_string();
    let padded = format!("{good}{}", " ".repeat(10 << 20));
    let many = json!({"keys": vec![key.public(); 33]}).to_string();
    let chunk = b"1000\r\n".iter().copied().chain([b' '; 0x1000]).chain(*b"\r\n").collect();
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let cases = [
        ("10 MB", Answers::Bytes(answer("200 OK", "", padded.as_bytes()))),
        ("a page", Answers::Bytes(answer("200 OK", "content-type: text/html\r\n", b"<html>keys</html>"))),
        ("no set", Answers::Bytes(answer("200 OK", "", b"[]"))),
        ("an empty set", Answers::Bytes(answer("200 OK", "", b"{\"keys\": []}"))),
        ("33 keys", Answers::Bytes(answer("200 OK", "", many.as_bytes()))),
        ("a redirect", Answers::Bytes(answer("302 Found", "location: /keys\r\n", good.as_bytes()))),
        ("an error", Answers::Bytes(answer("500 Oh", "", good.as_bytes()))),
        ("not modified", Answers::Bytes(b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec())),
        ("an endless body", Answers::Endless(chunked, chunk)),
        ("an endless header", Answers::Endless(b"HTTP/1.1 200 OK\r\nx: ".to_vec(), vec![b'x'; 4096])),
        ("no HTTP", Answers::Bytes(b"SSH-2.0\r\n".to_vec())),
        ("nothing", Answers::Nothing),
    ];
    for (what, answers) in cases {
        let (verifier, issuer, asked) = verifier_of(answers).await;
        let token = made_up(&issuer);
        let verdict =
            tokio::time::timeout(Duration::from_secs(5), verifier.verify(&token, &Policy::new())).await;
        assert_eq!(verdict.expect("an answer in time").err(), Some(Refusal::KeysUnavailable), "{what}");
        assert_eq!(asked.load(Ordering::Relaxed), 1, "{what}: asked once, and nobody else");
    }
    // The same keys, served soundly.
    let (verifier, issuer, _) = verifier_of(Answers::Bytes(answer("200 OK", "", good.as_bytes()))).await;
    assert_eq!(verifier.verify(&made_up(&issuer), &Policy::new()).await.err(), Some(Refusal::UnknownKey));
}
