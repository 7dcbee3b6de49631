//! Terms of a condition that all must hold, with the values of their parameters in order.

use rusqlite::types::Value;

/// A statement and the values of its parameters.
pub(crate) type Query = (String, Vec<Value>);

/// Terms, all of which must hold. None at all hold for every row.
#[derive(Default)]
pub(crate) struct Terms {
    sql: String,
    values: Vec<Value>,
}

impl Terms {
    /// This one, too.
    pub(crate) fn and<const N: usize>(&mut self, term: &str, values: [Value; N]) {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        self.sql.push_str(term);
        self.values.extend(values);
    }

    /// Those of `more`, too.
    pub(crate) fn with(mut self, more: Self) -> Self {
        if !more.is_empty() {
            self.and(&more.sql, []);
            self.values.extend(more.values);
        }
        self
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.sql.is_empty()
    }

    /// As SQL.
    pub(crate) fn sql(&self) -> &str {
        if self.is_empty() { "TRUE" } else { &self.sql }
    }

    /// Their values, then `last`.
    pub(crate) fn values_and(&self, last: Value) -> Vec<Value> {
        self.values.iter().cloned().chain([last]).collect()
    }

    /// `first`, then their values.
    pub(crate) fn values_after<const N: usize>(self, first: [Value; N]) -> Vec<Value> {
        first.into_iter().chain(self.values).collect()
    }
}
