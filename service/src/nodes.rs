//! What each node on a store says of itself: which keys of the ring it holds. A ring that one of them does not hold yet must not
//! be used by another.

use tenure_core::id::Kid;
use tenure_core::ring::{KeyRing, KeyState};
use tenure_core::time::Timestamp;
use tenure_store::{Expected, Kind, Store, Write, Written};
use tenure_wire::ring::RingNodeKey;

use crate::error::Result;
use crate::limits::{NODE_COUNTS_FOR, NODE_KEPT};
use crate::records::{self, NodeRecord, node_key};
use crate::ring::RingError;

const NODES_A_READ: u32 = 100;

/// A node, and what it said last.
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) said: NodeRecord,
    version: u64,
}

impl Node {
    /// Whether it said so recently enough to be running.
    pub(crate) fn is_running(&self, now: Timestamp) -> bool {
        now.since(Timestamp::from_millis(self.said.at_ms)) < NODE_COUNTS_FOR
    }

    /// What it holds of a key.
    pub(crate) fn state(&self, kid: Kid) -> Option<&str> {
        self.said.keys.iter().find(|key| key.kid == kid.0).map(|key| key.state.as_str())
    }
}

/// Every node that has said something, by name.
pub(crate) async fn all(store: &Store) -> Result<Vec<Node>> {
    let prefix = node_key("");
    let (mut nodes, mut after) = (Vec::new(), None);
    loop {
        let page = store.records(Kind::Installation, &prefix, after.as_deref(), NODES_A_READ).await?;
        let Some(last) = page.last() else { return Ok(nodes) };
        after = Some(last.key.clone());
        for record in &page {
            let name = record.key[prefix.len()..].to_owned();
            let said = records::read(Kind::Installation, record)?;
            nodes.push(Node { name, said, version: record.version });
        }
    }
}

/// Says what the node `name` holds.
pub(crate) async fn say(store: &Store, name: &str, ring: &KeyRing, now: Timestamp) -> Result<()> {
    let key = |(kid, state): (Kid, KeyState)| RingNodeKey { kid: kid.0, state: state.as_str().to_owned() };
    let said = NodeRecord { at_ms: now.millis(), keys: ring.states().map(key).collect() };
    store.write(&[records::put(Kind::Installation, node_key(name), &said, Expected::Any)?]).await?;
    Ok(())
}

/// Says that the node `name` holds nothing any more: it stops.
pub(crate) async fn say_goodbye(store: &Store, name: &str) -> Result<()> {
    store.write(&[forget(name)]).await?;
    Ok(())
}

/// Removes what nodes other than `name` said that have not been seen for long. Says how many.
pub(crate) async fn forget_old(store: &Store, name: &str, now: Timestamp) -> Result<u64> {
    let old =
        |node: &Node| node.name != name && now.since(Timestamp::from_millis(node.said.at_ms)) > NODE_KEPT;
    let unchanged = |node: &Node| Write { expected: Expected::Version(node.version), ..forget(&node.name) };
    let writes: Vec<_> = all(store).await?.iter().filter(|node| old(node)).map(unchanged).collect();
    if writes.is_empty() {
        return Ok(0);
    }
    match store.write(&writes).await? {
        Written::All => Ok(writes.len() as u64),
        Written::Conflict(_) => Ok(0), // One of them is back: the next turn sees that.
    }
}

/// Refuses a ring under which the node `name` would make tokens that another running node does not recognise, or would end
/// sessions that another one goes on opening: both would sign people out.
pub(crate) fn check(ring: &KeyRing, name: &str, nodes: &[Node], now: Timestamp) -> Result<(), RingError> {
    let others = || nodes.iter().filter(|node| node.name != name && node.is_running(now));
    let (active, _) = ring.active();
    if let Some(node) = others().find(|node| node.state(active).is_none()) {
        return Err(RingError::NotHeld { kid: active.0, node: node.name.clone() });
    }
    let retired = ring.states().filter(|(_, state)| *state == KeyState::Retired);
    for (kid, _) in retired {
        if let Some(node) = others().find(|node| node.state(kid) == Some(KeyState::Active.as_str())) {
            return Err(RingError::StillActive { kid: kid.0, node: node.name.clone() });
        }
    }
    Ok(())
}

fn forget(name: &str) -> Write {
    Write { kind: Kind::Installation, key: node_key(name), expected: Expected::Any, value: None }
}
