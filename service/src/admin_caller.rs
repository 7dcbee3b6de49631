//! Who uses the console, and what each role may do.

use tenure_core::id::FamilyId;
use tenure_core::time::Timestamp;

use crate::error::{Error, Result};

/// What an admin may do; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdminRole {
    /// See everything, change nothing.
    ReadOnly,
    /// End sessions, change apps' settings.
    Operator,
    /// Everything: apps, keys, admins.
    Owner,
}

impl AdminRole {
    /// All of them, from the least to the most.
    pub const ALL: [Self; 3] = [Self::ReadOnly, Self::Operator, Self::Owner];

    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }

    /// The role with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// Who looks at the console: proof that their auth token was checked, that their session was live by a fresh read, and that
/// they were an admin with this role, all of it when this was made.
#[derive(Clone, Debug)]
pub struct AdminCaller {
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: AdminRole,
    /// Their session.
    pub session: FamilyId,
    /// When they signed in.
    pub authenticated_at: Timestamp,
}

impl AdminCaller {
    /// Refuses unless the caller has `role` or a higher one.
    pub fn require(&self, role: AdminRole) -> Result<()> {
        if self.role < role { Err(Error::AdminMayNot(role.as_str())) } else { Ok(()) }
    }
}
