//! A limit on a user's sessions holds over HTTP and SQLite, however many sign in at once.

use std::thread;

use serde_json::json;

use crate::support::dev::{Dev, Folder, tokens};

const AT_ONCE: usize = 50;

fn live(dev: &Dev, user: &str) -> u64 {
    let path = format!("/sessions?user_id={user}&status=live");
    dev.manage("GET", &path, "").expect(200).json()["total"].as_u64().expect("a count")
}

#[test]
fn rt_27_of_fifty_sign_ins_at_once_three_sessions_are_left() {
    let folder = Folder::new();
    let dev = folder.dev();
    for (on_limit, user, served) in [("end_oldest", "ann", AT_ONCE), ("deny", "bob", 3)] {
        let settings = json!({"max_sessions": 3, "on_limit": on_limit}).to_string();
        dev.manage("PUT", "/session-settings", &settings).expect(200);
        let body = json!({"user_id": user}).to_string();
        let answers: Vec<_> = thread::scope(|scope| {
            let sent: Vec<_> =
                (0..AT_ONCE).map(|_| scope.spawn(|| dev.manage("POST", "/sessions", &body))).collect();
            sent.into_iter().map(|answer| answer.join().expect("an answer")).collect()
        });
        let opened: Vec<_> = answers.iter().filter(|answer| answer.status == 201).map(tokens).collect();
        assert_eq!(opened.len(), served, "{on_limit}");
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(
                (refused.status, &refused.json()["code"]),
                (409, &json!("session_limit")),
                "{refused:?}"
            );
        }
        assert_eq!(live(&dev, user), 3, "{on_limit}");
        let goes_on = |refresh: &str| dev.refresh(refresh).status == 200;
        assert_eq!(opened.iter().filter(|tokens| goes_on(&tokens.refresh)).count(), 3, "{on_limit}");
        assert_eq!(live(&dev, user), 3, "{on_limit}");
    }
    dev.stop();
}
