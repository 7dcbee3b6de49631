//! What is read from a token's header: which key, which kind; and what must not be in it.

use serde_json::{Map, Value};

use crate::alg::Alg;
use crate::kid;
use crate::refusal::Refusal;

/// Members that would let a token choose its own key or change how it is read (JW-5, RFC 7515 §4.1, RFC 7797). Nothing is ever
/// fetched or parsed from them: a token that has one is refused.
const REFUSED: [&str; 6] = ["crit", "b64", "jwk", "jku", "x5u", "x5c"];

/// The members of a header that count. Others are ignored, as RFC 7515 §4 asks.
pub(crate) struct Header {
    pub(crate) kid: String,
    alg: Option<String>,
    typ: Option<String>,
}

impl Header {
    /// Reads the members of a header.
    pub(crate) fn of(mut members: Map<String, Value>) -> Result<Self, Refusal> {
        let kid = take(&mut members, "kid").filter(|kid| kid::is_usable(kid)).ok_or(Refusal::BadKeyId)?;
        if REFUSED.iter().any(|name| members.contains_key(*name)) {
            return Err(Refusal::UnsupportedHeader);
        }
        Ok(Header { kid, alg: take(&mut members, "alg"), typ: take(&mut members, "typ") })
    }

    /// Whether the token says that it was signed with this algorithm. What it says decides nothing else (JW-4).
    pub(crate) fn says(&self, alg: Alg) -> bool {
        self.alg.as_deref() == Some(alg.as_str())
    }

    /// Whether the token's kind is one of these (JW-7). Media types are compared without regard to case, and `application/`
    /// may be left out of either (RFC 7515 §4.1.9, RFC 9068 §4).
    pub(crate) fn is_of(&self, accepted: &[&str]) -> bool {
        let Some(typ) = self.typ.as_deref().map(short) else { return false };
        !typ.is_empty() && accepted.iter().any(|one| short(one).eq_ignore_ascii_case(typ))
    }
}

fn take(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match members.remove(name)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// A media type without `application/`, which only stands for what is left when that holds no further slash.
fn short(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}
