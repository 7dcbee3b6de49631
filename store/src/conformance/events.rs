//! Events: in order, kept, and found by what they are about.

use std::sync::Arc;

use tenure_core::time::Span;

use super::Fixture;
use super::sample::{NOW, Random, app, happened, session, user};
use crate::{Backend, Event, EventFilter, NumberedEvent};

async fn all(store: &dyn Backend, filter: &EventFilter, max: u32) -> Vec<NumberedEvent> {
    let (mut found, mut after): (Vec<NumberedEvent>, _) = (Vec::new(), 0);
    loop {
        let page = store.events(filter, after, max).await.unwrap();
        assert!(page.events.len() <= max as usize);
        assert!(page.events.iter().all(|event| event.n > after && event.n <= page.looked_to));
        found.extend(page.events);
        if page.looked_to == page.head {
            return found;
        }
        assert!(page.looked_to > after && page.looked_to < page.head, "it goes on, and stops");
        after = page.looked_to;
    }
}

fn random_event(random: &mut Random, n: u64) -> Event {
    let names = ["ada", "bob", "a%", "Ada", "é 🗝 '"];
    Event {
        at: NOW.plus(Span::from_secs(random.below(3) as i64)),
        app: random.one_in(3).then(|| app("app")).or(random.one_in(2).then(|| app("other"))),
        user: random.one_in(2).then(|| user(names[random.below(5) as usize])),
        session: random.one_in(2).then(|| session(random.below(4), "ada").id),
        detail: format!("{{\"n\":{n},\"text\":\"é 🗝 '\"}}"),
        ..happened(["ended", "opened", "no JSON"][random.below(3) as usize])
    }
}

pub async fn events_come_back_in_order<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    assert_eq!(store.events(&EventFilter::default(), 0, 10).await.unwrap().head, 0);
    let mut random = Random(41);
    let events: Vec<_> = (0..50).map(|n| random_event(&mut random, n)).collect();
    store.append(&events[..1]).await.unwrap();
    store.append(&[]).await.unwrap();
    store.append(&events[1..]).await.unwrap();
    let found = all(&*store, &EventFilter::default(), 6).await;
    assert!(found.windows(2).all(|pair| pair[0].n < pair[1].n));
    let last = found.last().unwrap().n;
    assert_eq!(found.into_iter().map(|event| event.event).collect::<Vec<_>>(), events);
    let beyond = store.events(&EventFilter::default(), last, 10).await.unwrap();
    assert_eq!((beyond.events.len(), beyond.head), (0, last));
    assert!(store.events(&EventFilter::default(), u64::MAX, 10).await.unwrap().events.is_empty());
    assert!(store.events(&EventFilter::default(), 0, 0).await.unwrap().events.is_empty());
}

pub async fn events_are_found_by_what_they_are_about<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(42);
    let events: Vec<_> = (0..200).map(|n| random_event(&mut random, n)).collect();
    store.append(&events).await.unwrap();
    let mut matched = 0;
    for _ in 0..200 {
        let like = random_event(&mut random, 0);
        let filter = EventFilter {
            app: like.app,
            kind: random.one_in(2).then_some(like.kind),
            user: like.user,
            session: like.session,
        };
        let expected: Vec<_> = events.iter().filter(|event| filter.matches(event)).cloned().collect();
        let found = all(&*store, &filter, 7).await;
        matched += expected.len();
        assert_eq!(found.into_iter().map(|event| event.event).collect::<Vec<_>>(), expected, "{filter:?}");
        assert_eq!(store.events(&filter, 0, 1).await.unwrap().head, 200, "the head is everybody's");
    }
    assert!(matched > 1000, "{matched}");
}

pub async fn events_of_many_writers_are_all_kept<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let tasks: Vec<_> = (0..40)
        .map(|writer| {
            let store = Arc::clone(&store);
            let event = |n| happened(&format!("{writer}/{n}"));
            let events = [event(0), event(1), event(2)];
            tokio::spawn(async move { store.append(&events).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let found: Vec<_> =
        all(&*store, &EventFilter::default(), 1000).await.into_iter().map(|e| e.event.kind).collect();
    assert_eq!(found.len(), 120);
    for writer in 0..40 {
        let place = |n| found.iter().position(|kind| *kind == format!("{writer}/{n}")).unwrap();
        assert!(place(0) < place(1) && place(1) < place(2));
    }
}
