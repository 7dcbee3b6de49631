//! The reference for the verbs of sessions.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use tenure_core::change::Change;
use tenure_core::family::{Family, State};
use tenure_core::id::FamilyId;
use tenure_core::open::Opening;
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;

use super::Memory;
use crate::{
    Counted, EndWhere, Ended, Entry, Event, EventFilter, EventPage, FeedPage, Filter, Horizon, Listed,
    NumberedEvent, OpenOutcome, Page, Sessions, Status, Unavailable,
};

#[async_trait]
impl Sessions for Memory {
    async fn load(&self, family: FamilyId) -> Result<Option<Arc<Family>>, Unavailable> {
        Ok(self.stored()?.families.get(&family).cloned())
    }

    async fn commit(&self, change: &Change) -> Result<bool, Unavailable> {
        let applied = self.stored()?.commit(change);
        if self.loses_answers.load(Ordering::SeqCst) {
            return Err(Unavailable::new("told to lose the answer"));
        }
        Ok(applied)
    }

    async fn open(&self, opening: &Opening) -> Result<OpenOutcome, Unavailable> {
        let mut stored = self.stored()?;
        let new = &opening.family;
        if stored.families.contains_key(&new.id) {
            return Ok(OpenOutcome::Taken);
        }
        if let Some(expected) = opening.expected {
            let unended = Filter {
                status: Some(Status::Unended),
                ..Filter::of_user(new.app.clone(), new.user.clone())
            };
            if stored.matching(&unended, new.created_at).len() != expected as usize {
                return Ok(OpenOutcome::Stale);
            }
        }
        let ends: Option<Vec<_>> = opening
            .ends
            .iter()
            .map(|id| stored.families.get(id).filter(|row| row.state == State::Live).cloned())
            .collect();
        let Some(ends) = ends else { return Ok(OpenOutcome::Stale) };
        let state = State::Ended { at: new.created_at, reason: EndReason::Limit };
        for row in ends {
            stored.end(&row, state, opening.remember_until);
        }
        stored.saw(new.created_at);
        stored.families.insert(new.id, Arc::new(new.clone()));
        Ok(OpenOutcome::Opened)
    }

    async fn end_where(&self, end: &EndWhere) -> Result<Ended, Unavailable> {
        let mut stored = self.stored()?;
        let mut rows = stored.matching(&end.filter, end.at);
        rows.retain(|row| row.may_return(end.at) && end.after.is_none_or(|after| row.id > after));
        let more = rows.len() > end.max as usize;
        rows.truncate(end.max as usize);
        for row in &rows {
            stored.end(row, State::Ended { at: end.at, reason: end.reason }, end.remember_until);
        }
        stored.saw(end.at);
        if let Some(announcement) = &end.announce {
            stored.announce(announcement.clone());
        }
        let families: Vec<_> = rows.iter().map(|row| row.id).collect();
        Ok(Ended { next: families.last().copied().filter(|_| more), families })
    }

    async fn list(&self, filter: &Filter, now: Timestamp, page: Page) -> Result<Listed, Unavailable> {
        let mut families = self.stored()?.newest(filter, now, page.after);
        let more = families.len() > page.limit as usize;
        families.truncate(page.limit as usize);
        Ok(Listed { next: families.last().filter(|_| more).map(|row| row.id), families })
    }

    async fn count(&self, filter: &Filter, now: Timestamp, page: Page) -> Result<Counted, Unavailable> {
        let mut families = self.stored()?.newest(filter, now, page.after);
        families.truncate(page.limit as usize);
        let sessions = families.len() as u32;
        let next = families.last().filter(|_| sessions == page.limit).map(|row| row.id);
        Ok(Counted { sessions, next })
    }

    async fn feed(&self, after: u64, max: u32) -> Result<FeedPage, Unavailable> {
        let stored = self.stored()?;
        let entries = stored.feed.iter().filter(|e| e.n > after).take(max as usize).cloned().collect();
        let head = stored.feed_head;
        Ok(FeedPage {
            incarnation: 1,
            entries,
            head,
            retained_from: stored.feed.first().map_or(head + 1, |e| e.n),
        })
    }

    async fn append(&self, events: &[Event]) -> Result<(), Unavailable> {
        let mut stored = self.stored()?;
        for event in events {
            stored.event_head += 1;
            let n = stored.event_head;
            stored.events.push(NumberedEvent { n, event: event.clone() });
        }
        Ok(())
    }

    async fn events(&self, filter: &EventFilter, after: u64, max: u32) -> Result<EventPage, Unavailable> {
        let stored = self.stored()?;
        let newer = stored.events.iter().filter(|e| e.n > after && filter.matches(&e.event));
        let (events, head): (Vec<_>, _) = (newer.take(max as usize).cloned().collect(), stored.event_head);
        let looked_to = events.last().filter(|_| events.len() == max as usize).map_or(head, |last| last.n);
        Ok(EventPage { events, looked_to, head })
    }

    async fn prune(&self, horizon: Horizon, max: u32) -> Result<u64, Unavailable> {
        let mut stored = self.stored()?;
        let max = max as usize;
        let over = |row: &Family| match row.state {
            State::Ended { at, .. } => at < horizon.families,
            State::Live => row.life.end() < horizon.families,
        };
        let gone: Vec<_> =
            stored.families.values().filter(|row| over(row)).take(max).map(|row| row.id).collect();
        for id in &gone {
            stored.families.remove(id);
        }
        // Only from the front: what is kept stays without a gap.
        let forgotten = |e: &&Entry| e.announcement.forget_after < horizon.feed && e.n <= horizon.feed_up_to;
        let forgotten = stored.feed.iter().take(max).take_while(forgotten).count();
        stored.feed.drain(..forgotten);
        let old = stored.events.iter().take(max).take_while(|e| e.event.at < horizon.events).count();
        stored.events.drain(..old);
        Ok((gone.len() + forgotten + old) as u64)
    }
}
