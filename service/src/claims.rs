//! The claims of a session: how its user signed in, and its own; checked, and encoded as they stand in an auth token.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tenure_core::time::{Span, Timestamp};
use tenure_wire::claims::RESERVED_CLAIMS;

use crate::error::{Error, Result};
use crate::limits::{AUTH_TIME_AHEAD_SECS, CLAIMS_DEPTH, CLAIMS_MAX_BYTES, CLAIMS_WARN_BYTES};
use crate::place::Place;

const METHODS: usize = 16;
const METHOD_BYTES: usize = 64;
const CONTEXT_BYTES: usize = 255;

/// A field that is not acceptable, and what it must be.
pub(crate) type Refused = (&'static str, String);

/// What an auth token says of a session beyond what each one says.
#[derive(Default)]
pub(crate) struct Claims {
    /// Authentication methods (RFC 8176).
    pub(crate) amr: Option<Vec<String>>,
    /// Authentication context class.
    pub(crate) acr: Option<String>,
    /// The session's own.
    pub(crate) own: Map<String, Value>,
    /// The session's place in its app's status lists, which nobody outside sets.
    pub(crate) place: Option<Place>,
}

impl Claims {
    /// Those of a session, as [`encode`](Self::encode) wrote them.
    pub(crate) fn read(encoded: Option<&str>) -> Result<Self> {
        let Some(text) = encoded else { return Ok(Self::default()) };
        let (place, mut own) = (Place::split(text).0, members(encoded)?);
        let amr = own.remove("amr").map(serde_json::from_value).transpose().map_err(Error::bug)?;
        let acr = own.remove("acr").map(serde_json::from_value).transpose().map_err(Error::bug)?;
        Ok(Self { amr, acr, own, place })
    }

    /// As one JSON object, whose members can stand in an auth token as they are, save for the place before them; nothing where
    /// there are none. The place is no part of what the limits are for.
    pub(crate) fn encode(&self) -> Result<Option<Arc<str>>, Refused> {
        let mut object = Map::new();
        if let Some(amr) = &self.amr {
            if amr.len() > METHODS || amr.iter().any(|m| m.is_empty() || m.len() > METHOD_BYTES) {
                return Err(("amr", format!("must be at most {METHODS} names of 1 to {METHOD_BYTES} bytes")));
            }
            object.insert("amr".into(), json!(amr));
        }
        if let Some(acr) = &self.acr {
            if acr.is_empty() || acr.len() > CONTEXT_BYTES {
                return Err(("acr", format!("must be 1 to {CONTEXT_BYTES} bytes")));
            }
            object.insert("acr".into(), json!(acr));
        }
        for (name, value) in &self.own {
            not_reserved(name)?;
            if depth(value) > CLAIMS_DEPTH {
                return Err(("claims", format!("must be nested at most {CLAIMS_DEPTH} deep")));
            }
            object.insert(name.clone(), value.clone());
        }
        let place = |others: Option<&str>| self.place.map(|place| place.before(others));
        if object.is_empty() {
            return Ok(place(None));
        }
        let text = Value::Object(object).to_string();
        if text.len() > CLAIMS_MAX_BYTES {
            let says = format!("are {} bytes of JSON; at most {CLAIMS_MAX_BYTES} are allowed", text.len());
            return Err(("claims", says));
        }
        Ok(Some(place(Some(&text)).unwrap_or_else(|| text.into())))
    }

    /// Changes its own claims as `patch` says (a JSON Merge Patch, RFC 7396): a member replaces, `null` removes.
    pub(crate) fn merge(&mut self, patch: Map<String, Value>) -> Result<(), Refused> {
        patch.keys().try_for_each(|name| not_reserved(name))?;
        merge(&mut self.own, patch);
        Ok(())
    }
}

/// Encoded claims as everybody may see them: without the place.
pub(crate) fn members(encoded: Option<&str>) -> Result<Map<String, Value>> {
    let members = encoded.map_or("}", |text| Place::split(text).1);
    serde_json::from_str(&format!("{{{members}")).map_err(Error::bug)
}

/// What may be regretted of claims that are acceptable.
pub(crate) fn warnings(encoded: Option<&str>) -> Vec<String> {
    let bytes = encoded.map_or(0, |text| 1 + Place::split(text).1.len());
    let large = format!(
        "the claims are {bytes} bytes of JSON: browsers drop cookies, and proxies headers, near 4 KiB"
    );
    if bytes > CLAIMS_WARN_BYTES { vec![large] } else { Vec::new() }
}

/// When the user proved who they are: as the caller says, or now.
pub(crate) fn auth_time(said: Option<i64>, now: Timestamp) -> Result<Timestamp, Refused> {
    let at = said.map_or(now, Timestamp::from_secs);
    if at.since(now) > Span::from_secs(AUTH_TIME_AHEAD_SECS) || at.millis() < 0 {
        return Err(("auth_time", "must be Unix seconds and not in the future".to_owned()));
    }
    Ok(at)
}

fn not_reserved(name: &str) -> Result<(), Refused> {
    if RESERVED_CLAIMS.contains(&name) {
        return Err(("claims", format!("must not name {name}, which is reserved")));
    }
    Ok(())
}

fn merge(into: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => drop(into.remove(&name)),
            Value::Object(patch) => {
                let member = into.entry(name).or_insert_with(|| json!({}));
                if !member.is_object() {
                    *member = json!({});
                }
                if let Value::Object(member) = member {
                    merge(member, patch);
                }
            }
            value => drop(into.insert(name, value)),
        }
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
