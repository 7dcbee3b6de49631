//! What a person would want to read later, in order, and which of it.

use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::time::Timestamp;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// In which app; `None` is the installation.
    pub app: Option<AppId>,
    /// What kind of thing.
    pub kind: String,
    /// To which user, if to one.
    pub user: Option<UserId>,
    /// To which session, if to one.
    pub session: Option<FamilyId>,
    /// More of it, as the service encodes it. The store does not read it.
    pub detail: String,
}

/// An event with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedEvent {
    /// Rising in commit order.
    pub n: u64,
    /// What happened.
    pub event: Event,
}

/// Events that match everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only of this app; `None` is every app, and the installation.
    pub app: Option<AppId>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only of this user.
    pub user: Option<UserId>,
    /// Only of this session.
    pub session: Option<FamilyId>,
}

/// A stretch of the events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    /// Those after the one asked for, in order.
    pub events: Vec<NumberedEvent>,
    /// Everything that matches up to this number is in the pages so far: where the next one goes on. Less than `head` where the
    /// page is full, or where a store has looked at as much as it looks at for one page.
    pub looked_to: u64,
    /// The last number that was given at that moment, whether or not its event matches or is still kept.
    pub head: u64,
}

impl EventFilter {
    /// Every event of `app`.
    pub fn of_app(app: AppId) -> Self {
        Self { app: Some(app), ..Self::default() }
    }

    /// Whether `event` matches. The reference for what every store's query must select.
    pub fn matches(&self, event: &Event) -> bool {
        self.app.as_ref().is_none_or(|app| event.app.as_ref() == Some(app))
            && self.kind.as_ref().is_none_or(|kind| event.kind == *kind)
            && self.user.as_ref().is_none_or(|user| event.user.as_ref() == Some(user))
            && self.session.is_none_or(|session| event.session == Some(session))
    }
}
