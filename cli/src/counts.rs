//! Numbers of things, in words.

/// `1 session`, or `2 sessions`.
pub fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
