//! What all vectors share: who issues, for whom, and when it is.

/// The time in almost every vector, in Unix seconds.
pub(crate) const NOW: i64 = 1_764_111_600;

/// The issuer that verifiers are configured with.
pub(crate) const ISSUER: &str = "https://auth.example/v1/apps/shop";

/// The audience that they are configured with: the app's id.
pub(crate) const AUDIENCE: &str = "shop";
