//! Why a session ended, and why a presented token is refused.

/// Why a session ended. Kept in its row, given as `reason` to whoever presents one of its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EndReason {
    /// The user signed out.
    User = 1,
    /// An operator or a backend ended it.
    Admin = 2,
    /// A newer session of the user took its place (`max_sessions`).
    Limit = 3,
    /// A change of settings shortened it to less than it had lived.
    Settings = 4,
    /// Its user was disabled.
    UserDisabled = 5,
    /// The key of its newest token was retired.
    KeyRetired = 6,
    /// A token that had been replaced was presented: theft, as far as anyone can tell.
    Reused = 7,
}

impl EndReason {
    /// All of them.
    pub const ALL: [EndReason; 7] = [
        Self::User,
        Self::Admin,
        Self::Limit,
        Self::Settings,
        Self::UserDisabled,
        Self::KeyRetired,
        Self::Reused,
    ];

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Where it stands in [`ALL`](Self::ALL), for counting.
    pub const fn place(self) -> usize {
        self as usize - 1
    }

    /// The reason with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The `reason` of the HTTP contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "ended_by_user",
            Self::Admin => "ended_by_admin",
            Self::Limit => "ended_by_limit",
            Self::Settings => "ended_by_settings",
            Self::UserDisabled => "user_disabled",
            Self::KeyRetired => "key_retired",
            Self::Reused => "reused",
        }
    }

    /// The reason with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// Why a token with a valid tag is served nothing. An outage is never one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The family is not known here (row 10).
    Unknown,
    /// It belongs to another app or client. Nothing changed.
    WrongClient,
    /// The proof of possession is missing or another key's. Nothing changed.
    BindingFailed,
    /// The session had ended (row 1), ends with this presentation (row 11), or its key was retired.
    Ended(EndReason),
    /// Nobody was active for the idle time-out (row 2).
    ExpiredIdle,
    /// The absolute lifetime is over (row 2).
    ExpiredAbsolute,
    /// A handoff code that came too late (row 13). The session lives; nobody holds a token of it.
    HandoffExpired,
    /// A late duplicate of our own client's request: its storage holds something newer (row 7). Or a token with another number
    /// than the client believes to hold (row 12). No verdict.
    Superseded,
    /// The token is newer than the store, or has the current number and is another (row 9): the store lost commits. No
    /// verdict, and never a sign-out.
    OutOfSync,
}

impl Refusal {
    /// All of them, in the order of their [`place`](Self::place).
    pub const ALL: [Refusal; 15] = [
        Self::Unknown,
        Self::WrongClient,
        Self::BindingFailed,
        Self::ExpiredIdle,
        Self::ExpiredAbsolute,
        Self::HandoffExpired,
        Self::Superseded,
        Self::OutOfSync,
        Self::Ended(EndReason::User),
        Self::Ended(EndReason::Admin),
        Self::Ended(EndReason::Limit),
        Self::Ended(EndReason::Settings),
        Self::Ended(EndReason::UserDisabled),
        Self::Ended(EndReason::KeyRetired),
        Self::Ended(EndReason::Reused),
    ];

    /// Where it stands in [`ALL`](Self::ALL), for counting.
    pub const fn place(self) -> usize {
        match self {
            Self::Unknown => 0,
            Self::WrongClient => 1,
            Self::BindingFailed => 2,
            Self::ExpiredIdle => 3,
            Self::ExpiredAbsolute => 4,
            Self::HandoffExpired => 5,
            Self::Superseded => 6,
            Self::OutOfSync => 7,
            Self::Ended(reason) => 7 + reason.code() as usize,
        }
    }

    /// The `reason` (or, for the two that are no verdicts, the `code`) of the HTTP contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::WrongClient => "wrong_client",
            Self::BindingFailed => "binding_failed",
            Self::Ended(reason) => reason.as_str(),
            Self::ExpiredIdle => "expired_idle",
            Self::ExpiredAbsolute => "expired_absolute",
            Self::HandoffExpired => "handoff_expired",
            Self::Superseded => "superseded",
            Self::OutOfSync => "out_of_sync",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_at_its_place() {
        for (at, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(refusal.place(), at, "{refusal:?}");
        }
        let ended = EndReason::ALL.map(|reason| Refusal::ALL[Refusal::Ended(reason).place()]);
        assert_eq!(ended, EndReason::ALL.map(Refusal::Ended));
    }
}
