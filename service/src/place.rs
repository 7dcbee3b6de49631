//! A session's place in its app's status lists, and how it stands at the head of the session's stored claims.

use std::sync::Arc;

use tenure_wire::status_list::{Status, StatusReference};

/// What the stored claims of a session that has a place begin with.
const HEAD: &str = r#"{"status":["#;

/// A bit of a list. No two sessions have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The number of the list.
    pub(crate) list: u32,
    /// The bit, from 0.
    pub(crate) index: u16,
}

impl Place {
    /// Takes stored claims apart: the place, if there is one, and the other members with the brace that closes them.
    pub(crate) fn split(claims: &str) -> (Option<Self>, &str) {
        let Some((place, rest)) = claims.strip_prefix(HEAD).and_then(|rest| rest.split_once(']')) else {
            return (None, claims.strip_prefix('{').unwrap_or(claims));
        };
        (Self::parse(place), rest.strip_prefix(',').unwrap_or(rest))
    }

    /// Stored claims with this place before the `others`, which have none yet.
    pub(crate) fn before(self, others: Option<&str>) -> Arc<str> {
        let others = others.map_or("}", |others| Self::split(others).1);
        let comma = if others == "}" { "" } else { "," };
        format!("{HEAD}{},{}]{comma}{others}", self.list, self.index).into()
    }

    /// As an auth token of the app with this issuer says it.
    pub(crate) fn status(self, issuer: &str) -> Status {
        Status { status_list: StatusReference { idx: self.index, uri: uri(issuer, self.list) } }
    }

    fn parse(text: &str) -> Option<Self> {
        let (list, index) = text.split_once(',')?;
        Some(Self { list: list.parse().ok()?, index: index.parse().ok()? })
    }
}

/// Where a list of the app with this issuer is served.
pub(crate) fn uri(issuer: &str, list: u32) -> String {
    format!("{issuer}/status-lists/{list}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_put_together_and_taken_apart() {
        let place = Place { list: 4_000_000_000, index: 16_383 };
        for (others, members) in [
            (None, "}"),
            (Some(r#"{"acr":"1"}"#), r#""acr":"1"}"#),
            (Some(r#"{"a":[1,2],"b":{}}"#), r#""a":[1,2],"b":{}}"#),
        ] {
            if let Some(others) = others {
                assert_eq!(Place::split(others), (None, members));
            }
            let stored = place.before(others);
            serde_json::from_str::<serde_json::Value>(&stored).unwrap();
            assert_eq!(Place::split(&stored), (Some(place), members));
        }
    }
}
