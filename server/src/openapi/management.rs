//! The operations of `management`.

mod admins;
mod apps;
mod events;
mod keys;
mod recovery;
mod revocations;
mod sessions;
mod webhooks;

use serde_json::{Map, Value, json};

use super::operation::Operation;

pub(super) use sessions::opened;

/// Every operation of management.
pub(super) fn operations() -> Vec<Operation> {
    let mut all = apps::operations();
    all.extend(sessions::operations());
    all.extend(events::operations());
    all.extend(revocations::operations());
    all.extend(keys::operations());
    all.extend(webhooks::operations());
    all.extend(recovery::operations());
    all.extend(admins::operations());
    all
}

/// An object that always has these members.
fn object(members: &[(&str, Value)]) -> Value {
    let properties: Map<_, _> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let required: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    json!({"type": "object", "required": required, "properties": properties})
}

/// A number of things.
fn count(says: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": says})
}
