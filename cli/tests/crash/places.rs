//! Places in status lists across all kills: no two sessions have one place, and a bit is set when its session has ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use http::Method;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::wire::{Ask, Outcome, Wire};
use crate::world::World;

/// When auth tokens begin to say where their status stands: sessions of before get their places at a refresh.
const TURNED_ON_AFTER: Duration = Duration::from_secs(3);

/// A list, and a bit of it.
type Place = (String, u64);

/// What auth tokens have said.
#[derive(Default)]
pub struct Places {
    of_sessions: Mutex<BTreeMap<String, Place>>,
}

/// Turns status lists on while the server is killed now and then.
pub async fn turn_on(world: Arc<World>) {
    sleep(TURNED_ON_AFTER).await;
    let mut wire = Wire::new(world.port);
    let ask = Ask {
        method: Method::PUT,
        path: "/v1/apps/demo/session-settings".to_owned(),
        header: Some(("authorization", format!("Bearer {}", world.api_key))),
        body: json!({"revocation": "status_list"}),
    };
    while !matches!(wire.ask(&ask).await, Outcome::Answered { status: 200, .. }) {
        sleep(Duration::from_millis(10)).await;
    }
}

impl Places {
    /// Takes down what an auth token says: a session keeps its place.
    pub fn note(&self, world: &World, auth_token: &Value) {
        let claims = claims(auth_token.as_str().unwrap_or_default());
        let status = &claims["status"]["status_list"];
        let (Some(sid), Some(uri), Some(idx)) =
            (claims["sid"].as_str(), status["uri"].as_str(), status["idx"].as_u64())
        else {
            return;
        };
        let place = (uri.to_owned(), idx);
        let mut known = self.of_sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if known.insert(sid.to_owned(), place.clone()).is_some_and(|before| before != place) {
            world.fault(format!("{sid} has another place than before"));
        }
    }

    /// Holds every list against the sessions that have ended. Says how many places there are.
    pub async fn check(&self, world: &World, ended: &BTreeSet<String>) -> usize {
        let known = self.of_sessions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let places: BTreeSet<_> = known.values().collect();
        if places.len() < known.len() || known.is_empty() {
            world.fault(format!("{} sessions have {} places", known.len(), places.len()));
        }
        let mut lists = BTreeMap::new();
        for (uri, _) in &places {
            if !lists.contains_key(uri) {
                lists.insert(uri.clone(), read(world, uri).await);
            }
        }
        for (sid, (uri, idx)) in &known {
            let byte = lists[uri].get(*idx as usize / 8).copied().unwrap_or_default();
            let is_set = byte >> (idx % 8) & 1 == 1;
            if is_set != ended.contains(sid) {
                world.fault(format!("{sid}: its bit is {is_set}, whether it ended {}", !is_set));
            }
        }
        known.len()
    }
}

/// The bits of a list.
async fn read(world: &World, uri: &str) -> Vec<u8> {
    let path = uri.split_once("/v1/").map(|(_, path)| format!("/v1/{path}")).unwrap_or_default();
    let ask = Ask { method: Method::GET, path, header: None, body: Value::Null };
    let Outcome::Answered { status: 200, body } = Wire::new(world.port).ask(&ask).await else {
        world.fault(format!("{uri} cannot be read"));
        return Vec::new();
    };
    let claims = claims(body.as_str().unwrap_or_default());
    let lst = claims["status_list"]["lst"].as_str().unwrap_or_default();
    let lst = Base64UrlUnpadded::decode_vec(lst).unwrap_or_default();
    decompress_to_vec_zlib(&lst).unwrap_or_default()
}

/// The claims of a JWT, unverified.
fn claims(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).and_then(|part| Base64UrlUnpadded::decode_vec(part).ok());
    payload.and_then(|payload| serde_json::from_slice(&payload).ok()).unwrap_or_default()
}
