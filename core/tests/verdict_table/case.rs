//! The columns of the table: what a session went through, what is presented then, and what has to come of it.

use tenure_core::change::Scope;
use tenure_core::policy::Activity;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::KeyState;
use tenure_core::rotate::{Notice, Recovery, Served, Via};
use tenure_core::settings::{IdleCounts, LostResponse, ReuseDetection};

use crate::common::HOLDING;

/// A key of a client: one per token, stored before the first request.
pub(crate) const KEY: Option<&str> = Some("own");
/// Another key, as somebody else or a careless client would draw it.
pub(crate) const OTHER: Option<&str> = Some("other");
/// No key at all.
pub(crate) const NONE: Option<&str> = None;

/// One row of the table. Tokens are named by the order in which they were minted, the first being 1; moments are
/// milliseconds after the session was opened.
pub(crate) struct Case {
    /// The row of `docs/concepts/rotation.md` that decides; 0 is what comes before the table (client, proof of possession).
    pub(crate) row: u8,
    pub(crate) name: &'static str,
    pub(crate) given: Given,
    pub(crate) story: &'static [Step],
    pub(crate) asks: Ask,
    pub(crate) verdict: Verdict,
    pub(crate) notice: Option<Notice>,
}

/// What the settings say, where they are not strict.
pub(crate) struct Given {
    pub(crate) leeway_ms: i64,
    pub(crate) lost_response: LostResponse,
    pub(crate) reuse: ReuseDetection,
    pub(crate) idle_counts: IdleCounts,
    /// Settings changed to these seconds of idle time-out and lifetime, for live sessions too.
    pub(crate) shortened: Option<(i64, i64)>,
    pub(crate) recovery: Recovery,
    pub(crate) bound: Option<&'static str>,
}

/// Strict, unbound, with recovery closed.
pub(crate) const STRICT: Given = Given {
    leeway_ms: 0,
    lost_response: LostResponse::End,
    reuse: ReuseDetection::EndSession,
    idle_counts: IdleCounts::UserActivity,
    shortened: None,
    recovery: Recovery::Closed,
    bound: None,
};

/// What happened before.
pub(crate) enum Step {
    /// This token was presented with this key at this moment, and served.
    Use(usize, Option<&'static str>, i64),
    /// The user proved anew who they are at this moment; that mints a token.
    Reauthenticate(i64),
    /// The session ended.
    End(EndReason),
    /// The store went back to how it was after so many steps.
    Restore(usize),
    /// The row is gone.
    Forget,
    /// The node's keys are these now.
    Ring(&'static [(u8, KeyState)]),
}

/// What is presented.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) token: usize,
    pub(crate) key: Option<&'static str>,
    pub(crate) at: i64,
    pub(crate) app: &'static str,
    pub(crate) client: &'static str,
    pub(crate) proof: Option<&'static str>,
    pub(crate) activity: Activity,
    pub(crate) via: Via,
}

/// Token number `token` with `key`, `at` milliseconds after the start, by the client that it belongs to.
pub(crate) const fn ask(token: usize, key: Option<&'static str>, at: i64) -> Ask {
    Ask {
        token,
        key,
        at,
        app: "app",
        client: "client",
        proof: None,
        activity: Activity::Unsaid,
        via: HOLDING,
    }
}

/// What comes of it. For what changes in the row by each verdict, see `effects.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Served the token with this number; `active` is the last counted activity after it, in milliseconds.
    Serves { by: Served, seq: u32, active: i64 },
    /// Ends.
    Ends(Scope, EndReason),
    /// Refused; nothing changes.
    Refuses(Refusal),
}

/// Served, by a client that counts as active now.
pub(crate) const fn serves(by: Served, seq: u32, active: i64) -> Verdict {
    Verdict::Serves { by, seq, active }
}

/// The end of the session because of reuse.
pub(crate) const REUSED: Verdict = Verdict::Ends(Scope::Session, EndReason::Reused);
