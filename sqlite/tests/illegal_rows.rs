//! A row that is no legal state is reported by table, column and row, and nothing of it is repeated.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Place, opening};
use tenure_core::id::FamilyId;
use tenure_store::{Filter, Page, Sessions};

/// The primary key, as somebody computes it who reads the row by hand.
fn number(id: FamilyId) -> i64 {
    let half: [u8; 8] = id.as_bytes()[..8].try_into().unwrap();
    (u64::from_be_bytes(half) ^ 1 << 63) as i64
}

#[tokio::test(flavor = "multi_thread")]
async fn an_illegal_session_is_reported() {
    for (column, sql) in [
        ("seq", "seq = -1"),
        ("seq", "seq = 4294967296"),
        ("kid", "kid = 666777"),
        ("current", "current = x'666777'"),
        ("previous", "previous = zeroblob(17)"),
        ("salt", "salt = x''"),
        ("retries", "retries = -666777"),
        ("end_reason", "ended_at = 666777"),
        ("end_reason", "end_reason = 1"),
        ("end_reason", "ended_at = 1, end_reason = 99"),
        ("app", "app = '666777!'"),
        ("user", "user = ''"),
        ("client", "client = '666777 '"),
        ("session_token", "session_token = x'666777'"),
        ("claims", "claims = CAST(x'ff' AS TEXT)"),
    ] {
        let place = Place::new();
        let store = place.open();
        let (sound, broken) = (opening(1).family, opening(2).family);
        store.open(&opening(1)).await.unwrap();
        store.open(&opening(2)).await.unwrap();
        let number = number(broken.id);
        let changed = place.stranger().execute(&format!("UPDATE family SET {sql} WHERE id = {number}"), []);
        assert_eq!(changed.unwrap(), 1);

        let outage = store.load(broken.id).await.unwrap_err();
        let expected = format!("illegal value in table family, column {column}, row {number}");
        assert!(outage.context.contains(&expected), "{sql}: {outage}");
        assert!(!outage.context.contains("666777"), "{sql}: {outage}");
        assert_eq!(*store.load(sound.id).await.unwrap().unwrap(), sound);
        if column != "app" && column != "user" {
            let filter = Filter::of_user(sound.app.clone(), sound.user.clone());
            let page = Page { after: None, limit: 10 };
            let outage = store.list(&filter, sound.created_at, page).await.unwrap_err();
            assert!(outage.context.contains(&expected), "{sql}: {outage}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_illegal_entry_of_the_feed_is_reported() {
    let place = Place::new();
    let store = place.open();
    let sql = "INSERT INTO feed (app, kind, session, at, forget_after) VALUES ('app', 9, x'00', 1, 1)";
    place.stranger().execute(sql, []).unwrap();
    let outage = store.feed(0, 10).await.unwrap_err();
    assert!(outage.context.contains("table feed, column session, row 1"), "{outage}");
}
