//! The tokens that every verifier of Tenure agrees on: `vectors/tokens.json`.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tenure_verify::{FrozenClock, Policy, Verifier};

#[derive(Deserialize)]
struct Vector {
    name: String,
    why: String,
    keys: String,
    issuer: String,
    audience: String,
    now: i64,
    #[serde(default)]
    require: Require,
    token: String,
    verdict: String,
    #[serde(default)]
    claims: Map<String, Value>,
}

#[derive(Deserialize, Default)]
struct Require {
    max_age: Option<u64>,
    #[serde(default)]
    acr_values: Vec<String>,
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors").join(name);
    let text = std::fs::read_to_string(&path).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are of their format")
}

fn policy(require: &Require) -> Policy {
    let policy = Policy::new().acr_values(&require.acr_values);
    match require.max_age {
        Some(secs) => policy.max_age(Duration::from_secs(secs)),
        None => policy,
    }
}

/// The verdict, the first time and again, and the claims of a valid token.
async fn judge(vector: &Vector, keys: &Value) -> (String, Map<String, Value>) {
    let verifier = Verifier::builder(&vector.issuer)
        .audience(&vector.audience)
        .jwks(keys.to_string())
        .clock(&FrozenClock::at(vector.now))
        .build()
        .expect("a sound configuration");
    let policy = policy(&vector.require);
    let mut verdicts = Vec::new();
    for _ in 0..2 {
        verdicts.push(match verifier.verify(&vector.token, &policy).await {
            Ok(claims) => ("valid".to_owned(), claims.all().clone()),
            Err(refusal) => (refusal.code().to_owned(), Map::new()),
        });
    }
    let (again, first) = (verdicts.pop(), verdicts.pop());
    assert_eq!(again, first, "{}: it is the same when the token comes again", vector.name);
    first.expect("two verdicts")
}

#[tokio::test]
async fn every_vector_has_its_verdict() {
    let (vectors, keys): (Vec<Vector>, HashMap<String, Value>) = (read("tokens.json"), read("keys.json"));
    let mut wrong = Vec::new();
    for vector in &vectors {
        let (verdict, claims) = judge(vector, &keys[&vector.keys]).await;
        let shown = vector.claims.iter().all(|(name, value)| claims.get(name) == Some(value));
        if verdict != vector.verdict || !shown {
            wrong.push(format!("{}: {verdict}, not {}: {}", vector.name, vector.verdict, vector.why));
        }
    }
    assert!(vectors.len() > 100, "only {} vectors", vectors.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}
