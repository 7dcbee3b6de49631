//! What a restored store does not know and the one before it does, and what of it is made again.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{MADE_AT, Place, advance, beside, filled, opening, put};
use tenure_core::end::end_again;
use tenure_core::family::State;
use tenure_core::id::{AppId, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};
use tenure_sqlite::backup::{BackupError, MadeAgain, RecordLoss, Restoring};
use tenure_store::{
    Announcement, Backups as _, Directory as _, EndWhere, Event, Expected, Filter, Kind, Sessions as _,
    Subject, Write,
};

/// The end of every session of a user who has none: what is left of it is what the feed says.
fn of_bob(at: Timestamp) -> EndWhere {
    let (app, bob) = (AppId::parse("shop").unwrap(), UserId::parse("bob").unwrap());
    let subject = Subject::User(bob.clone());
    let announce =
        Some(Announcement { app: app.clone(), subject, at, forget_after: at.plus(Span::from_days(1)) });
    let filter = Filter::of_user(app, bob);
    EndWhere { filter, after: None, reason: EndReason::Admin, at, remember_until: at, announce, max: 1 }
}

#[tokio::test]
async fn what_the_store_before_it_knows_better_is_found_and_ends_are_made_again() {
    let place = Place::new();
    let (store, families) = filled(&place, 20).await;
    put(&store, Kind::SigningKey, "shop/k1", "signs").await;
    let file = beside(&place, "a.backup");
    store.back_up(&file, MADE_AT).await.unwrap();
    let late = MADE_AT.plus(tenure_core::time::Span::from_secs(9));
    store.commit(&end_again(families[5].id, EndReason::Reused, late)).await.unwrap();
    store.commit(&end_again(families[4].id, EndReason::Admin, MADE_AT)).await.unwrap();
    store.commit(&advance(&families[6])).await.unwrap();
    store.open(&opening(50)).await.unwrap();
    put(&store, Kind::App, "shop", "b").await;
    put(&store, Kind::App, "bank", "a").await;
    put(&store, Kind::SigningKey, "shop/k1", "compromised").await;
    put(&store, Kind::SigningKey, "bank/k2", "of an app that is gone").await;
    store.end_where(&of_bob(late)).await.unwrap();
    put(&store, Kind::Canary, "4", "0123456789abcdef").await;
    let revoke = Write { kind: Kind::ApiKey, key: "old".into(), expected: Expected::Any, value: None };
    store.write(&[revoke]).await.unwrap();
    drop(store);

    let target = Place::new();
    let restoring = Restoring::begin(&file, &target.path(), 8, false).unwrap();
    let losses = restoring.losses(&place.path(), late).unwrap();
    let ended: Vec<_> = losses.ended.iter().map(|end| (end.family, end.reason, end.at)).collect();
    assert_eq!(
        ended,
        [(families[4].id, EndReason::Admin, MADE_AT), (families[5].id, EndReason::Reused, late)]
    );
    assert_eq!((losses.opened, losses.ahead), (1, 1));
    assert_eq!(
        losses.records,
        [
            RecordLoss::Back(Kind::ApiKey, "old".into()),
            RecordLoss::Gone(Kind::App, "bank".into()),
            RecordLoss::Older(Kind::App, "shop".into()),
            RecordLoss::Gone(Kind::SigningKey, "bank/k2".into()),
            RecordLoss::Older(Kind::SigningKey, "shop/k1".into()),
        ]
    );
    assert_eq!(losses.announced.len(), 1);
    let made = restoring.end_again(&place.path(), &losses).unwrap();
    assert_eq!(made, MadeAgain { ends: 2, announcements: 1, keys: 2 });
    let left = restoring.losses(&place.path(), late).unwrap();
    assert!(left.ended.is_empty() && left.announced.is_empty());
    let made = restoring.end_again(&place.path(), &left).unwrap();
    assert_eq!(made, MadeAgain::default(), "once is enough");
    assert_eq!(
        left.records,
        [
            RecordLoss::Gone(Kind::App, "bank".into()),
            RecordLoss::Older(Kind::App, "shop".into()),
            RecordLoss::Gone(Kind::SigningKey, "bank/k2".into()),
        ],
        "a key that was taken back stays so"
    );
    assert!(matches!(restoring.losses(&beside(&place, "nothing"), late), Err(BackupError::File { .. })));
    restoring.finish(&beside(&target, "kept")).unwrap();
    let restored = target.open();
    let row = restored.load(families[5].id).await.unwrap().unwrap();
    assert_eq!(row.state, State::Ended { at: late, reason: EndReason::Reused });
    let feed = restored.feed(1, 9).await.unwrap();
    assert_eq!(
        (feed.entries.len(), feed.head),
        (3, 4),
        "each end is in the feed, and what was said of a user"
    );
    assert_eq!(restored.high_water().await.unwrap(), late.max(restored.high_water().await.unwrap()));
}

/// What the backup at `file` would make of the keys with the store at `before`: those that are there afterwards.
async fn keys_after(file: &Path, before: &Path) -> (MadeAgain, Vec<String>) {
    let target = Place::new();
    let restoring = Restoring::begin(file, &target.path(), 9, false).unwrap();
    let losses = restoring.losses(before, MADE_AT).unwrap();
    let made = restoring.end_again(before, &losses).unwrap();
    restoring.finish(&beside(&target, "kept")).unwrap();
    let restored = target.open();
    let mut keys = Vec::new();
    for kind in [Kind::ApiKey, Kind::SigningKey, Kind::Canary] {
        let found = restored.records(kind, "", None, 99).await.unwrap();
        keys.extend(found.into_iter().map(|record| record.key));
    }
    (made, keys)
}

#[tokio::test]
async fn only_the_store_that_was_backed_up_says_that_a_key_was_taken_back() {
    let place = Place::new();
    let (store, _) = filled(&place, 3).await;
    put(&store, Kind::SigningKey, "shop/old", "compromised soon").await;
    let monday = beside(&place, "monday.backup");
    store.back_up(&monday, MADE_AT).await.unwrap();
    let event = |kind: &str| Event {
        at: MADE_AT,
        app: None,
        kind: kind.to_owned(),
        user: None,
        session: None,
        detail: "{}".to_owned(),
    };
    let gone =
        |kind: Kind, key: &str| Write { kind, key: key.to_owned(), expected: Expected::Any, value: None };
    store.write(&[gone(Kind::SigningKey, "shop/old")]).await.unwrap();
    put(&store, Kind::SigningKey, "shop/new", "signs").await;
    put(&store, Kind::ApiKey, "new", "a").await;
    store.append(&[event("api_key_created")]).await.unwrap();
    let tuesday = beside(&place, "tuesday.backup");
    store.back_up(&tuesday, MADE_AT).await.unwrap();

    // Monday's backup was restored by mistake: what it lacks was not taken back, and what it has was.
    let wrong = Place::new();
    Restoring::begin(&monday, &wrong.path(), 8, false).unwrap().finish(&beside(&wrong, "kept")).unwrap();
    let as_of_tuesday = ["new", "old", "shop/new", "3"].map(str::to_owned);
    for before in [&wrong.path(), &monday] {
        let (made, keys) = keys_after(&tuesday, before).await;
        assert_eq!((made.keys, &keys[..]), (0, &as_of_tuesday[..]), "{}", before.display());
    }

    // On Wednesday a key goes, another one comes that is sealed under a new key of the ring, and an app is removed.
    put(&store, Kind::App, "bank", "a").await;
    put(&store, Kind::SigningKey, "bank/its", "signs").await;
    let wednesday = beside(&place, "wednesday.backup");
    store.back_up(&wednesday, MADE_AT).await.unwrap();
    let removed = [gone(Kind::App, "bank"), gone(Kind::SigningKey, "bank/its"), gone(Kind::ApiKey, "new")];
    store.write(&removed).await.unwrap();
    put(&store, Kind::SigningKey, "shop/newest", "signs").await;
    put(&store, Kind::Canary, "4", "0123456789abcdef").await;
    let (made, keys) = keys_after(&wednesday, &place.path()).await;
    let expected = ["old", "bank/its", "shop/new", "shop/newest", "3", "4"].map(str::to_owned);
    assert_eq!((made.keys, &keys[..]), (2, &expected[..]), "an app that is back can sign");
}

#[tokio::test]
async fn what_was_announced_is_announced_again_as_long_as_it_matters() {
    let place = Place::new();
    let (store, families) = filled(&place, 3).await;
    let now = MADE_AT.secs() + 100;
    let announced = |subject: Subject, at: i64, forgotten_at: i64| Announcement {
        app: families[0].app.clone(),
        subject,
        at: Timestamp::from_secs(at),
        forget_after: Timestamp::from_secs(forgotten_at),
    };
    let user = || Subject::User(families[0].user.clone());
    store.write_announced(&[], &announced(user(), MADE_AT.secs() - 9, now + 9)).await.unwrap();
    let file = beside(&place, "a.backup");
    let head = store.back_up(&file, MADE_AT).await.unwrap().feed_head;
    let lost = [
        announced(user(), now - 9, now + 9),
        announced(Subject::App, now - 8, now),
        announced(Subject::SigningKey("kid".into()), now - 7, now + 9),
    ];
    for announcement in &lost {
        store.write_announced(&[], announcement).await.unwrap();
    }
    store.write_announced(&[], &announced(Subject::App, now - 6, now - 1)).await.unwrap();
    let target = Place::new();
    let restoring = Restoring::begin(&file, &target.path(), 8, false).unwrap();
    let found = restoring.losses(&place.path(), Timestamp::from_secs(now)).unwrap();
    assert_eq!(found.announced, lost, "not what the backup knows, and not what may be forgotten");
    restoring.end_again(&place.path(), &found).unwrap();
    restoring.finish(&beside(&target, "kept")).unwrap();
    let restored = target.open();
    let feed = restored.feed(head, 9).await.unwrap();
    let again: Vec<_> = feed.entries.into_iter().map(|entry| entry.announcement).collect();
    assert_eq!(again, lost);
    assert_eq!(restored.high_water().await.unwrap(), Timestamp::from_secs(now - 7));
}
