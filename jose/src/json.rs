//! JSON as a token must write it: one object, no member twice, not too deep, nothing after it.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::limits::MAX_JSON_DEPTH;

/// Reads one object.
///
/// Refused (JW-10, RFC 7515 §4, RFC 7519 §4, RFC 8725 §2.4): another kind of value, a member name twice in one object at any
/// level, after escapes are resolved, nesting deeper than [`MAX_JSON_DEPTH`], anything but white space after the object, text
/// that is not UTF-8.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let members = reader.deserialize_map(ObjectAt { depth: 1 })?;
    reader.end()?;
    Ok(members)
}

/// Reads an object at this depth.
struct ObjectAt {
    depth: usize,
}

impl<'de> Visitor<'de> for ObjectAt {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let depth = within(self.depth)?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(ValueIn { depth })?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member occurs twice"));
            }
        }
        Ok(members)
    }
}

/// Reads any value inside an object or array of this depth.
#[derive(Clone, Copy)]
struct ValueIn {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for ValueIn {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueIn {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let depth = within(self.depth + 1)?;
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(ValueIn { depth })? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        ObjectAt { depth: self.depth + 1 }.visit_map(access).map(Value::Object)
    }
}

fn within<E: Error>(depth: usize) -> Result<usize, E> {
    if depth > MAX_JSON_DEPTH { Err(E::custom("nested too deep")) } else { Ok(depth) }
}
