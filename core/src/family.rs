//! A session's one row: what is stored of it, and what can be read off it at a moment.

use std::sync::Arc;

use crate::digest::{Attempt, Digest, Salt};
use crate::id::{AppId, ClientId, Edition, FamilyId, Kid, Seq, UserId};
use crate::refusal::{EndReason, Refusal};
use crate::ring::KeyRing;
use crate::session_token::Kept;
use crate::time::{Span, Timestamp};
use crate::token::AuthenticToken;

/// One session: one sign-in on one device, with everything that a decision may look at. Its size does not grow with use.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// The session's id, the JWT's `sid`.
    pub id: FamilyId,
    /// Where the user signed in.
    pub app: AppId,
    /// Who signed in.
    pub user: UserId,
    /// The OAuth client that holds the refresh token.
    pub client: ClientId,
    /// Which token is current, and what is remembered of the ones before.
    pub head: Head,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When the user last proved who they are (`auth_time`).
    pub authenticated_at: Timestamp,
    /// How long it may live.
    pub life: Life,
    /// Live, or ended.
    pub state: State,
    /// The key that must prove possession at each refresh (RFC 7638 thumbprint), if the session is bound.
    pub confirmation: Option<Arc<str>>,
    /// What is shown of the device, as the service encodes it.
    pub device: Option<Arc<str>>,
    /// The claims that its auth tokens carry, as the service encodes them.
    pub claims: Option<Arc<str>>,
    /// How often what its auth tokens say was changed.
    pub edition: Edition,
    /// Its session token, if the application asked for one: one at a time.
    pub session_token: Option<Kept>,
}

/// What a decision saw of a row: what it hands out rests on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The number of the current token.
    pub seq: Seq,
    /// The edition of what auth tokens say.
    pub edition: Edition,
}

/// The current token of a family and the two before it, as HMACs.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The number of the current token, and of the last one minted.
    pub seq: Seq,
    /// The key that the current token was made under.
    pub kid: Kid,
    /// The current token.
    pub current: Digest,
    /// The token whose use minted the current one; none for the first, and for one that a re-authentication minted.
    pub previous: Option<Digest>,
    /// The attempt whose use of `previous` minted the current token, if it carried an `Idempotency-Key`; or the token that a
    /// re-authentication replaced.
    pub attempt: Option<Attempt>,
    /// The attempt before that.
    pub previous_attempt: Option<Attempt>,
    /// Drawn for the current token; with the key and a token of the chain it derives the current token again.
    pub salt: Salt,
    /// When the current token was minted: the first use of `previous`.
    pub rotated_at: Timestamp,
    /// How often the current token was handed out again.
    pub retries: Retries,
}

/// Deadlines, and what they are counted from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Life {
    /// The last counted activity of the user.
    pub active_at: Timestamp,
    /// The session ends this long after the last activity, if ever.
    pub idle_timeout: Option<Span>,
    /// The session ends here, whatever happens.
    pub absolute_end: Timestamp,
    /// The version of the settings that these deadlines come from.
    pub policy_version: u32,
}

/// Live or ended: an ended session stays ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// Not ended; its deadlines may have passed all the same.
    Live,
    /// Ended at this moment for this reason.
    Ended {
        /// When.
        at: Timestamp,
        /// Why.
        reason: EndReason,
    },
}

impl Life {
    /// When it ends for want of activity, if ever.
    pub fn idle_end(&self) -> Option<Timestamp> {
        self.idle_timeout.map(|idle| self.active_at.plus(idle))
    }

    /// The earlier of the two deadlines: nothing is issued at or after it, and no auth token outlives it.
    pub fn end(&self) -> Timestamp {
        self.idle_end().map_or(self.absolute_end, |idle| idle.min(self.absolute_end))
    }

    /// Row 2: the deadline that has passed, the earlier one first. Computed on read; no sweeper has to have run.
    pub fn expired(&self, now: Timestamp) -> Option<Refusal> {
        match self.idle_end() {
            Some(idle) if idle <= self.absolute_end && now >= idle => Some(Refusal::ExpiredIdle),
            _ if now >= self.absolute_end => Some(Refusal::ExpiredAbsolute),
            _ => None,
        }
    }
}

impl Family {
    /// Rows 1 and 2: why nothing may be issued for it at `now`, if so.
    pub fn over(&self, now: Timestamp) -> Option<Refusal> {
        match self.state {
            State::Ended { reason, .. } => Some(Refusal::Ended(reason)),
            State::Live => self.life.expired(now),
        }
    }

    /// Whether it can be used at `now` or may come to be: it has not ended, and its absolute end is yet to come. A store that
    /// went back in time may not know of the user's last activity, so that an idle deadline is final only for those tokens
    /// that the row knows.
    pub fn may_return(&self, now: Timestamp) -> bool {
        self.state == State::Live && now < self.life.absolute_end
    }

    /// Why neither a token of it nor an auth token from it is good at `now`, if so: it is over, or the key of its newest
    /// token was retired.
    pub fn unusable(&self, ring: &KeyRing, now: Timestamp) -> Option<Refusal> {
        let retired = || ring.is_retired(self.head.kid).then_some(Refusal::Ended(EndReason::KeyRetired));
        self.over(now).or_else(retired)
    }

    /// What a decision sees of it.
    pub fn seen(&self) -> Seen {
        Seen { seq: self.head.seq, edition: self.edition }
    }

    /// Whether `token` is the one that would be rotated next.
    pub fn is_current(&self, token: &AuthenticToken) -> bool {
        self.head.seq == token.seq() && self.head.current == token.digest()
    }
}

impl Head {
    /// Whether the current token was minted by a re-authentication and has not been used: nobody presented a token for it.
    pub fn is_renewed(&self) -> bool {
        self.previous.is_none() && self.seq > Seq::FIRST
    }
}

/// How often the current token was handed out again, and which of the last five rotations saw that at all.
/// Packed into one number so that a store can count with a plain addition of [`Retries::ONE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Retries(u32);

impl Retries {
    const HISTORY_BITS: u32 = crate::limits::REPLAY_HISTORY_ROTATIONS - 1;
    const HISTORY: u32 = (1 << Self::HISTORY_BITS) - 1;
    /// What a store adds for one replay.
    pub const ONE: u32 = 1 << Self::HISTORY_BITS;

    /// The packed number.
    pub const fn packed(self) -> u32 {
        self.0
    }

    /// From the packed number.
    pub const fn from_packed(packed: u32) -> Self {
        Self(packed)
    }

    /// Replays of the current rotation.
    pub const fn of_this_rotation(self) -> u32 {
        self.0 >> Self::HISTORY_BITS
    }

    /// How many of the last five rotations, this one included, were replayed.
    pub const fn replayed_rotations(self) -> u32 {
        (self.0 & Self::HISTORY).count_ones() + (self.of_this_rotation() > 0) as u32
    }

    /// One replay more.
    pub const fn again(self) -> Self {
        Self(self.0.saturating_add(Self::ONE))
    }

    /// The count as the next rotation begins.
    pub const fn rotated(self) -> Self {
        Self(((self.0 << 1) | (self.of_this_rotation() > 0) as u32) & Self::HISTORY)
    }
}
