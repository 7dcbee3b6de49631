//! Session settings as JSON: every key in one table, read and written the same way in the API, the store and TOML.

mod codec;

pub use codec::{COUNTS, patch, to_json};

use tenure_core::settings::Violation;

use crate::error::Problem;

/// The problems of a request that these violations are.
pub fn problems(violations: Vec<Violation>) -> Vec<Problem> {
    violations.into_iter().map(|v| Problem { path: format!("settings.{}", v.key), says: v.says }).collect()
}
