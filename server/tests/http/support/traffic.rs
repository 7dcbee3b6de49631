//! Clients that refresh and verifiers that keep the keys they have read, for as long as a test lets time pass.

use std::collections::HashMap;

use tenure_jose::{VerifyingKey, verify};
use tenure_wire::jwk::JwkSet;

use super::app::{TestApp, Tokens, claims_of};
use super::clock::START;
use super::world::World;

/// Between two refreshes of a client, in seconds: no divisor of any time that a test waits for.
const STEP_SECS: i64 = 37;

/// A verifier of the strictest kind: it reads the key set when what it has is older than the answer's `max-age`, and never for
/// a key that it does not know.
#[derive(Default)]
pub struct Verifier {
    keys: HashMap<String, VerifyingKey>,
    due: i64,
}

impl Verifier {
    /// Whether a token is accepted; in the words of the refusal if not.
    pub async fn accepts(&mut self, world: &World, app: &TestApp<'_>, token: &str) -> Result<(), String> {
        let now = now(world);
        if now >= self.due {
            self.read(world, app, now).await;
        }
        let verified = verify(token, |kid| self.keys.get(kid), &["JWT"]).map_err(|r| format!("{r:?}"))?;
        let exp = verified.payload()["exp"].as_i64().unwrap();
        if now < exp { Ok(()) } else { Err("expired".to_owned()) }
    }

    async fn read(&mut self, world: &World, app: &TestApp<'_>, now: i64) {
        let answer = world.get(&app.at("/.well-known/jwks.json")).send().await.expect(200);
        let keep = answer.header("cache-control").unwrap().to_owned();
        let max_age = keep.split("max-age=").nth(1).unwrap().split(',').next().unwrap();
        self.due = now + max_age.parse::<i64>().unwrap();
        let set: JwkSet = serde_json::from_slice(&answer.body).unwrap();
        let keys = set.keys.iter().map(|key| (key.kid.clone(), VerifyingKey::from_jwk(key).unwrap()));
        self.keys = keys.collect();
    }
}

/// Everything that goes on at an app while a test changes its keys.
pub struct Traffic<'w> {
    world: &'w World,
    app: TestApp<'w>,
    clients: Vec<Tokens>,
    verifiers: Vec<Verifier>,
    /// Auth tokens that have not expired.
    around: Vec<String>,
    /// Refreshes and verifications so far, none of which was refused.
    pub served: usize,
}

impl<'w> Traffic<'w> {
    /// Clients that have signed in, and verifiers whose key sets are of different ages.
    pub async fn of(world: &'w World, app: TestApp<'w>) -> Self {
        let mut clients = Vec::new();
        for user in ["ann", "bob", "eve"] {
            clients.push(app.open(user).await);
        }
        let around = clients.iter().map(|tokens| tokens.auth.clone()).collect();
        let mut traffic = Self { world, app, clients, verifiers: Vec::new(), around, served: 0 };
        for _ in 0..7 {
            traffic.verifiers.push(Verifier::default());
            traffic.step().await;
        }
        traffic
    }

    /// Goes on for so long. Whatever is refused fails the test.
    pub async fn goes_on(&mut self, seconds: i64) {
        let until = now(self.world) + seconds;
        while now(self.world) < until {
            self.step().await;
        }
    }

    /// What each client holds.
    pub fn clients(&self) -> &[Tokens] {
        &self.clients
    }

    /// The key that signed the newest auth token.
    pub fn signer(&self) -> String {
        super::header_of(&self.clients[0].auth)["kid"].as_str().unwrap().to_owned()
    }

    async fn step(&mut self) {
        let refreshes: Vec<_> = self
            .clients
            .iter()
            .map(|tokens| tokio::spawn(self.app.refreshing(&tokens.refresh).send()))
            .collect();
        for (client, refresh) in self.clients.iter_mut().zip(refreshes) {
            *client = Tokens::of(&refresh.await.unwrap().expect(200));
            self.around.push(client.auth.clone());
            self.served += 1;
        }
        let now = now(self.world);
        self.around.retain(|token| now < claims_of(token)["exp"].as_i64().unwrap());
        // Each token meets another verifier at each step; one that is new meets all of them.
        let (count, new) = (self.verifiers.len(), self.around.len() - self.clients.len());
        let step = usize::try_from((now - START) / STEP_SECS).unwrap();
        for (n, token) in self.around.iter().enumerate() {
            for v in (0..count).filter(|v| n >= new || (step + n) % count == *v) {
                let accepted = self.verifiers[v].accepts(self.world, &self.app, token).await;
                assert_eq!(accepted, Ok(()), "verifier {v}, {} s after the start", now - START);
                self.served += 1;
            }
        }
        self.world.pass(STEP_SECS);
    }
}

fn now(world: &World) -> i64 {
    use tenure_service::clock::Clock as _;
    world.clock.now().secs()
}
