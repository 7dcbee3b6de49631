//! `tenure-verify` beside a real server: what its keys signed is accepted, and what it ended is not.

use std::thread::sleep;
use std::time::{Duration, Instant};

use tenure_verify::{OnStale, Policy, Refusal, Revocation, Verifier};
use tokio::runtime::Runtime;

use crate::support::dev::{Dev, Folder, Tokens, port_of_ones_own};

/// How long an end may take to be heard of on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct Service {
    runtime: Runtime,
    verifier: Verifier,
}

impl Service {
    /// A service that takes the tokens of the demo app.
    fn of(dev: &Dev) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let issuer = dev.ready["issuer"].as_str().expect("an issuer");
        let verifier = runtime.block_on(async {
            let verifier = Verifier::builder(issuer).api_key(dev.api_key()).build().expect("a verifier");
            verifier.ready().await.expect("keys and the feed");
            verifier
        });
        Self { runtime, verifier }
    }

    /// The user, or why not. A feed that is stale would be a refusal.
    fn user(&self, token: &str, revocation: Revocation) -> Result<String, Refusal> {
        let policy = Policy::new().revocation(revocation).on_stale(OnStale::Deny);
        self.runtime.block_on(self.verifier.verify(token, &policy)).map(|claims| claims.user().to_owned())
    }

    #[allow(clippy::disallowed_methods, reason = "the server is a real one, and so is its time")]
    fn hears_of_the_end_of(&self, token: &str) {
        let begin = Instant::now();
        loop {
            match self.user(token, Revocation::Feed) {
                Err(Refusal::Revoked) => return,
                Ok(_) | Err(Refusal::FeedStale) => assert!(begin.elapsed() < PATIENCE, "nobody heard of it"),
                Err(other) => panic!("{other}"),
            }
            sleep(Duration::from_millis(5));
        }
    }
}

fn session_token(dev: &Dev, tokens: &Tokens) -> String {
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token={}\
         &subject_token_type=urn:ietf:params:oauth:token-type:access_token\
         &requested_token_type=urn:tenure:params:oauth:token-type:session",
        tokens.auth
    );
    let key = format!("Bearer {}", dev.api_key());
    let headers = [("Authorization", key.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    let answer = dev.ask("POST", "/oauth/token", &headers, &form).expect(200);
    answer.json()["access_token"].as_str().expect("a token").to_owned()
}

#[test]
fn rv_8_a_verifier_refuses_what_was_ended_one_by_one_or_together() {
    let folder = Folder::new();
    let dev = folder.dev();
    let service = Service::of(&dev);
    let [ann, other] = [dev.open("ann"), dev.open("ann")];
    for way in [Revocation::None, Revocation::Feed, Revocation::Introspect] {
        assert_eq!(service.user(&ann.auth, way), Ok("ann".to_owned()), "{way:?}");
    }
    dev.sign_out(&ann.refresh).expect(200);
    service.hears_of_the_end_of(&ann.auth);
    assert_eq!(service.user(&ann.auth, Revocation::Introspect), Err(Refusal::Revoked));
    assert_eq!(service.user(&other.auth, Revocation::Feed), Ok("ann".to_owned()));
    dev.manage("DELETE", "/users/ann/tokens", "").expect(200);
    service.hears_of_the_end_of(&other.auth);
    let opaque = dev.open("bob");
    let token = session_token(&dev, &opaque);
    assert_eq!(service.user(&token, Revocation::Feed), Ok("bob".to_owned()));
    dev.manage("DELETE", &format!("/sessions/{}", opaque.sid), "").expect(200);
    service.hears_of_the_end_of(&token);
    dev.stop();
}

#[test]
fn op_3_a_server_that_is_killed_signs_nobody_out_and_what_it_ends_afterwards_is_heard_of() {
    let (folder, listen) = (Folder::new(), format!("127.0.0.1:{}", port_of_ones_own()));
    let mut dev = folder.dev_with(&["--listen", &listen]);
    let service = Service::of(&dev);
    let [ann, bob] = [dev.open("ann"), dev.open("bob")];
    assert_eq!(service.user(&ann.auth, Revocation::Feed), Ok("ann".to_owned()));
    dev.server.kill();
    // A token that was seen, and one that was not: the keys are known.
    for (token, user) in [(&ann.auth, "ann"), (&bob.auth, "bob")] {
        assert_eq!(service.user(token, Revocation::Feed), Ok(user.to_owned()), "the feed is not stale yet");
        assert_eq!(service.user(token, Revocation::None), Ok(user.to_owned()));
    }
    let asked = service.user(&ann.auth, Revocation::Introspect);
    assert_eq!(asked, Err(Refusal::IntrospectionUnavailable));
    let dev = folder.dev_with(&["--listen", &listen]);
    dev.sign_out(&ann.refresh).expect(200);
    service.hears_of_the_end_of(&ann.auth);
    assert_eq!(service.user(&bob.auth, Revocation::Feed), Ok("bob".to_owned()));
    dev.stop();
}
