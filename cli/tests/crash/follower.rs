//! A verifier that follows the revocation feed across all kills: it must know every session that ended, and no other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::Value;
use tokio::time::sleep;

use crate::wire::{Ask, Outcome, Wire};
use crate::world::World;

/// What it has read.
#[derive(Default)]
pub struct Followed {
    cursor: Option<String>,
    sessions: BTreeSet<String>,
}

/// Reads on by long polls, where it was interrupted, until the world stops and nothing is left.
pub async fn until_stopped(world: Arc<World>) -> Followed {
    let (mut wire, mut followed) = (Wire::new(world.port), Followed::default());
    loop {
        let was_stopped = world.is_stopped();
        let after = followed.cursor.as_ref().map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let wait = if was_stopped { 0 } else { 1 };
        match read(&world, &mut wire, &format!("/revocations?wait={wait}{after}")).await {
            Some(message) => {
                if let Err(wrong) = followed.take(&message) {
                    world.fault(format!("the feed said {message} after {:?}: {wrong}", followed.cursor));
                    return followed;
                }
                if was_stopped && message["cursor"] == message["head"] {
                    return followed;
                }
            }
            None => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// What `path` answers, if it does.
async fn read(world: &World, wire: &mut Wire, path: &str) -> Option<Value> {
    let ask = Ask {
        method: Method::GET,
        path: format!("/v1/apps/demo{path}"),
        header: Some(("authorization", format!("Bearer {}", world.api_key))),
        body: Value::Null,
    };
    match wire.ask(&ask).await {
        Outcome::Answered { status: 200, body } => Some(body),
        Outcome::Answered { status: 503, .. } | Outcome::Down | Outcome::Lost => None,
        Outcome::Answered { status, body } => {
            world.fault(format!("{path} said {status} {body}"));
            None
        }
    }
}

impl Followed {
    fn take(&mut self, message: &Value) -> Result<(), &'static str> {
        if message["after"].as_str() != self.cursor.as_deref() {
            return Err("it does not go on where the last message ended");
        }
        for entry in message["entries"].as_array().into_iter().flatten() {
            let Some(sid) = entry["sid"].as_str() else { continue };
            if !self.sessions.insert(sid.to_owned()) {
                return Err("one session ended twice");
            }
        }
        self.cursor = message["cursor"].as_str().map(str::to_owned);
        Ok(())
    }

    /// Compares what was read with what the store says of each session. Gives those that ended.
    pub async fn check(self, world: &World) -> BTreeSet<String> {
        let mut wire = Wire::new(world.port);
        let (mut ended, mut cursor) = (BTreeSet::new(), String::new());
        loop {
            let path = format!("/sessions?status=ended&limit=500{cursor}");
            let Some(page) = read(world, &mut wire, &path).await else { return ended };
            let ids = page["sessions"].as_array().into_iter().flatten();
            ended.extend(ids.filter_map(|session| session["session_id"].as_str()).map(str::to_owned));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        for without in ended.difference(&self.sessions) {
            world.fault(format!("{without} ended, and no verifier hears of it"));
        }
        for alive in self.sessions.difference(&ended) {
            world.fault(format!("{alive} is in the feed, and has not ended"));
        }
        if ended.is_empty() {
            world.fault("no session ended: nothing was shown".to_owned());
        }
        ended
    }
}
