//! A running node and its key ring: taking over a changed one, and saying what it holds.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tenure_core::id::Kid;
use tenure_core::ring::{KeyRing, KeyState};
use tenure_core::time::Timestamp;
use tenure_store::{Filter, Status};
use tenure_wire::ring::{RingKey, RingNode, RingReport};

use crate::canaries::{self, FirstSeen, Mismatch};
use crate::count::Count;
use crate::error::Result;
use crate::limits::{COUNT_AT_MOST, NODE_SAYS_EVERY, RING_LOOK_EVERY_SECS, STRETCHES_TO_DECIDE_BY};
use crate::nodes::{self, Node};
use crate::ring::{Ring, RingFile, RingMark};
use crate::service::{RingWatch, Service};

/// How often the ring's file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

impl Service {
    /// Follows the ring's file for as long as it is polled: a ring that was changed is taken over within seconds, or is refused
    /// and says why. Says what this node holds, so that others know.
    pub async fn follow_ring(&self) {
        let mut said = self.monotonic();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if self.ring_needs_a_look().await {
                self.read_ring(false).await;
            }
            let now = self.monotonic();
            if now.saturating_sub(said) >= NODE_SAYS_EVERY {
                said = now;
                self.say_what_it_holds().await;
            }
        }
    }

    /// Reads the ring again, now. The one in memory is kept when the new one is not the store's, or the other nodes are not
    /// ready for it; the log and [`Service::ring_report`] say why.
    pub async fn reload_ring(&self) {
        self.read_ring(true).await;
    }

    /// A problem is said each time that somebody asked for it, else once.
    async fn read_ring(&self, was_asked: bool) {
        let _turn = self.ring_turn.lock().await;
        let mark = self.mark().await;
        match self.take_over().await {
            Ok(first_seen) => {
                *self.ring_watch() = RingWatch { first_seen, mark, problem: None };
                self.say_what_it_holds().await;
            }
            Err(problem) => {
                let mut watch = self.ring_watch();
                watch.mark = mark;
                if was_asked || watch.problem.as_ref() != Some(&problem) {
                    tracing::error!(error = %problem, "the key ring was not taken over; the one in memory is kept");
                }
                watch.problem = Some(problem);
            }
        }
    }

    /// Looks at the ring once more for `kid`, unless that was done a moment ago. Says whether there is such a key now. A
    /// number that somebody made up costs a look at the ring, and never one at the store.
    pub(crate) async fn look_at_ring_again(&self, kid: Kid) -> bool {
        let now = self.monotonic().as_secs() + 1;
        let looked = self.ring_looked_at.load(Ordering::Relaxed);
        if looked != 0 && now < looked + RING_LOOK_EVERY_SECS {
            return false;
        }
        let mine = self.ring_looked_at.compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed);
        if mine.is_err() {
            return false; // Somebody else looks right now.
        }
        let is_there = self.read_source().await.is_ok_and(|file| file.states().any(|(held, _)| held == kid));
        if is_there {
            self.reload_ring().await;
        }
        is_there
    }

    /// What this node and the others hold of the ring, and what depends on each key.
    pub async fn ring_report(&self) -> Result<RingReport> {
        let now = self.now()?;
        let nodes = nodes::all(&self.store).await?;
        let ring = self.ring.load_full();
        let mut states: Vec<_> = ring.rules().states().collect();
        states.sort_by_key(|(kid, _)| *kid);
        let mut keys = Vec::with_capacity(states.len());
        for (kid, state) in states {
            let first_seen = self.ring_watch().first_seen.get(&kid).copied();
            let sessions = match state {
                KeyState::Retired => None,
                KeyState::Verify | KeyState::Active => Some(self.sessions_under(kid, now).await?),
            };
            let running = || nodes.iter().filter(|node| node.is_running(now));
            let named = |node: &Node| node.name.clone();
            let is_active = |node: &&Node| node.state(kid) == Some(KeyState::Active.as_str());
            keys.push(RingKey {
                kid: kid.0,
                state: state.as_str().to_owned(),
                first_seen_at: first_seen.unwrap_or(now).secs(),
                sessions: sessions.map(|count| count.sessions),
                sessions_is_bound: sessions.is_some_and(|count| count.is_bound),
                not_held_by: running().filter(|node| node.state(kid).is_none()).map(named).collect(),
                active_at: running().filter(is_active).map(named).collect(),
            });
        }
        let problem = self.ring_watch().problem.clone();
        let nodes = nodes.into_iter().map(|node| shown(node, now)).collect();
        Ok(RingReport { node: self.options.node.clone(), keys, problem, nodes })
    }

    /// Says that this node stops: no other one has to wait for it.
    pub async fn say_goodbye(&self) {
        if let Err(error) = nodes::say_goodbye(&self.store, &self.options.node).await {
            tracing::warn!(%error, "the other nodes could not be told that this one stops");
        }
    }

    /// The ring as it is now, read where it holds up no request.
    async fn read_source(&self) -> Result<RingFile, String> {
        let source = self.ring_source.clone();
        let read = tokio::task::spawn_blocking(move || source.read()).await;
        read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }

    /// What its file looks like now, asked for in the same way.
    async fn mark(&self) -> Option<RingMark> {
        let source = self.ring_source.clone();
        tokio::task::spawn_blocking(move || source.mark()).await.ok().flatten()
    }

    async fn take_over(&self) -> Result<FirstSeen, String> {
        let ring = self
            .read_source()
            .await
            .and_then(|file| Ring::derive(&file).map_err(|error| error.to_string()))?;
        let now = self.clock.now();
        match canaries::check(&self.store, &ring, &self.options.node, now).await {
            Ok(first_seen) => {
                if !same(ring.rules(), self.ring.load().rules()) {
                    tracing::info!(active = ring.rules().active().0.0, "the key ring was taken over");
                }
                self.ring.store(Arc::new(ring));
                Ok(first_seen)
            }
            Err(Mismatch::Ring(error)) => Err(error.to_string()),
            Err(Mismatch::Service(error)) => Err(error.to_string()),
        }
    }

    /// What could not be said is said again with the next turn.
    pub(crate) async fn say_what_it_holds(&self) {
        let (ring, now) = (self.ring.load_full(), self.clock.now());
        if let Err(error) = nodes::say(&self.store, &self.options.node, ring.rules(), now).await {
            tracing::warn!(%error, "the other nodes could not be told what this one holds of the key ring");
        }
    }

    /// Whether its file was changed, or was refused for a reason that may have passed.
    async fn ring_needs_a_look(&self) -> bool {
        let mark = self.mark().await;
        let watch = self.ring_watch();
        watch.problem.is_some() || mark != watch.mark
    }

    /// Sessions of all apps that retiring `kid` would end.
    async fn sessions_under(&self, kid: Kid, now: Timestamp) -> Result<Count> {
        let status = Some(Status::MayReturn);
        let filter = Filter { status, kid: Some(kid), ..Filter::of_every_app() };
        self.count(&filter, now, COUNT_AT_MOST, STRETCHES_TO_DECIDE_BY).await
    }
}

fn shown(node: Node, now: Timestamp) -> RingNode {
    RingNode {
        lately: node.is_running(now),
        seen_at: Timestamp::from_millis(node.said.at_ms).secs(),
        keys: node.said.keys,
        node: node.name,
    }
}

fn same(one: &KeyRing, other: &KeyRing) -> bool {
    let sorted = |ring: &KeyRing| {
        let mut states: Vec<_> = ring.states().collect();
        states.sort_by_key(|(kid, _)| *kid);
        states
    };
    sorted(one) == sorted(other)
}
