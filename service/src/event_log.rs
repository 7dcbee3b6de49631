//! Reading what happened, in order: a page at a time, or as it happens.

use serde_json::Value;
use tenure_core::id::{AppId, FamilyId, UserId};
use tenure_core::support_code::SupportCode;
use tenure_store::{EventFilter, NumberedEvent};
use tenure_wire::event::{Event, EventFilter as Asked, EventList};
use tokio::sync::watch;

use crate::error::{Error, Problem, Result};
use crate::events::Type;
use crate::limits::{PAGE_DEFAULT, PAGE_MAX, RECENT_LOOKS};
use crate::service::Service;

/// Which events: what was asked for, understood.
#[derive(Clone)]
pub struct EventQuery(EventFilter);

impl Service {
    /// What `asked` means for `app`; without one, for the whole installation. Refuses, field by field, what can match nothing.
    pub fn event_query(&self, app: Option<&AppId>, asked: &Asked) -> Result<EventQuery> {
        let app = app.map(|app| self.app(app)).transpose()?.map(|app| app.id.clone());
        let mut problems = Vec::new();
        let mut bad =
            |path: &str, says: &str| problems.push(Problem { path: path.into(), says: says.into() });
        let kind = asked.kind.clone().filter(|kind| {
            let known = Type::parse(kind).is_some();
            if !known {
                bad("type", "is no type of event: docs/reference/events.md lists them");
            }
            known
        });
        let user = asked
            .user_id
            .as_ref()
            .and_then(|user| UserId::parse(user).map_err(|_| bad("user_id", "is no user id")).ok());
        let session = asked.session_id.as_ref().and_then(|id| {
            let parsed = FamilyId::parse(id);
            if parsed.is_none() {
                bad("session_id", "is no session id");
            }
            parsed
        });
        if problems.is_empty() {
            Ok(EventQuery(EventFilter { app, kind, user, session }))
        } else {
            Err(Error::Invalid(problems))
        }
    }

    /// Events after number `after` that match, at most `limit`. Going on after the `next_after` of each page misses none and
    /// repeats none. A cursor that is beyond every number, because the store went back in time, goes on with what is new.
    pub async fn events(&self, query: &EventQuery, after: u64, limit: u32) -> Result<EventList<Value>> {
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::invalid("limit", format!("must be between 1 and {PAGE_MAX}")));
        }
        let page = self.store.events(&query.0, after, limit).await?;
        let (next_after, head) = (page.looked_to, page.head);
        Ok(EventList { events: page.events.into_iter().map(shown).collect(), next_after, head })
    }

    /// The newest events that match and have a number below `before`, newest first, about [`PAGE_DEFAULT`] of them; and what to ask
    /// for next, where there are older ones or more to look through. What is looked through in one go is bounded: where hardly
    /// anything matches, there may be fewer.
    pub async fn recent_events(
        &self,
        query: &EventQuery,
        before: Option<u64>,
    ) -> Result<(Vec<Event<Value>>, Option<u64>)> {
        let mut end = match before {
            Some(before) => before,
            None => self.events(query, u64::MAX, 1).await?.head.saturating_add(1),
        };
        let (mut found, mut stretch) = (Vec::new(), u64::from(PAGE_MAX));
        for _ in 0..RECENT_LOOKS {
            if end <= 1 || found.len() >= PAGE_DEFAULT as usize {
                break;
            }
            let from = end.saturating_sub(stretch).max(1);
            let page = self.events(query, from - 1, PAGE_MAX).await?;
            if page.next_after < end - 1 && page.next_after < page.head {
                // More than a page of them, or more to look through than is looked through for one: a shorter stretch.
                stretch = (stretch / 8).max(1);
                continue;
            }
            let older = page.events.into_iter().filter(|event| event.n < end);
            found.splice(0..0, older);
            (end, stretch) = (from, stretch.saturating_mul(4));
        }
        found.reverse();
        Ok((found, Some(end).filter(|end| *end > 1)))
    }

    /// Changes whenever something has happened on this node. For what happens on others, ask again now and then.
    pub fn happenings(&self) -> watch::Receiver<()> {
        self.happened.subscribe()
    }
}

fn shown(event: NumberedEvent) -> Event<Value> {
    let NumberedEvent { n, event } = event;
    Event {
        n,
        at: event.at.secs(),
        app_id: event.app.map(|app| app.to_string()),
        kind: event.kind,
        user_id: event.user.map(|user| user.to_string()),
        session_id: event.session.map(|session| session.to_string()),
        support_code: event.session.map(|session| SupportCode::of(session).to_string()),
        detail: serde_json::from_str(&event.detail).unwrap_or_default(),
    }
}
