//! Courses of events: sessions that are opened, refreshed, retried, stolen, ended and outlived, while settings change.
//!
//! Promised, whatever the course: at most one token of a session can be rotated (R1), what is over stays over (R3), no
//! refresh and no change of settings moves the absolute end (R5), forgery changes nothing (R9), a retry gets the same
//! successor (P6), and the newest token of a live session is never refused as reused (P1).

mod known;

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tenure_core::time::Span;

use crate::answer::Answer;
use crate::steps::Steps;
use crate::world::{APP, World, block_on, map};
use known::Sessions;

/// Steps of one course, at most.
const STEPS: usize = 64;
const USERS: [&str; 3] = ["ann", "bob", "cay"];
const KEYS: [&str; 3] = ["", "key-of-an-attempt-1", "key-of-an-attempt-2"];
const ACTIVITIES: [&str; 4] = ["", "focused", "visible;idle=600", "hidden"];
const SETTINGS: [&str; 16] = [
    r#"{"retry_leeway": 30}"#,
    r#"{"retry_leeway": 0}"#,
    r#"{"lost_response": "reissue"}"#,
    r#"{"lost_response": "end"}"#,
    r#"{"reuse_detection": "end_user"}"#,
    r#"{"reuse_detection": "observe"}"#,
    r#"{"reuse_detection": "end_session"}"#,
    r#"{"max_sessions": 2, "on_limit": "end_oldest"}"#,
    r#"{"max_sessions": 2, "on_limit": "deny"}"#,
    r#"{"max_sessions": null}"#,
    r#"{"idle_timeout": 1200, "auth_token_ttl": 60}"#,
    r#"{"idle_timeout": null, "absolute_lifetime": 31536000}"#,
    r#"{"absolute_lifetime": 3600, "idle_timeout": 1800, "auth_token_ttl": 300, "retry_leeway": 0}"#,
    r#"{"idle_counts": "strict_activity"}"#,
    r#"{"refresh_tokens": false}"#,
    r#"{"refresh_tokens": true}"#,
];

/// Takes a course as bytes: each step is one, and its choices are those after it.
pub fn run(input: &[u8]) {
    block_on(async {
        let mut course = Course { world: World::new().await, sessions: Sessions::default(), observes: false };
        course.open("ann").await;
        let mut steps = Steps::of(input);
        for _ in 0..STEPS {
            if steps.is_over() {
                break;
            }
            course.step(&mut steps).await;
        }
        course.look_at_all().await;
    });
}

struct Course {
    world: World,
    sessions: Sessions,
    /// Whether reuse is only counted now.
    observes: bool,
}

impl Course {
    async fn step(&mut self, steps: &mut Steps<'_>) {
        match steps.below(10) {
            0 => self.open(steps.one_of(&USERS)).await,
            1 => self.sign_out(steps).await,
            2 => self.pass(steps),
            3 => self.change_settings(steps).await,
            4 => self.end(steps).await,
            5 => self.forge(steps).await,
            6 => self.look_at_all().await,
            _ => self.refresh(steps).await,
        }
    }

    async fn open(&mut self, user: &str) {
        let answer = self.world.manage(Method::POST, "/sessions", &json!({"user_id": user})).await;
        if answer.status == StatusCode::CREATED && !answer.json()["session"].is_null() {
            self.sessions.opened(user, &answer.json());
        }
    }

    /// Presents a token, in one of two ways, with a key or without.
    async fn refresh(&mut self, steps: &mut Steps<'_>) {
        let (key, activity, as_form) = (steps.one_of(&KEYS), steps.one_of(&ACTIVITIES), steps.below(2) == 1);
        let Some((session, presented)) = self.sessions.choose(steps) else { return };
        let text = session.token(presented).to_owned();
        let headers: Vec<_> = [("idempotency-key", key), ("tenure-activity", activity)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let answer = present(&mut self.world, &text, map(&headers), as_form).await;
        self.sessions.presented(&answer, presented, self.observes);
    }

    async fn sign_out(&mut self, steps: &mut Steps<'_>) {
        let as_form = steps.below(2) == 1;
        let Some((session, presented)) = self.sessions.choose(steps) else { return };
        let text = session.token(presented).to_owned();
        let (method, path, headers, body) = if as_form {
            (Method::POST, "oauth/revoke", form(), format!("token={text}"))
        } else {
            (Method::DELETE, "tokens", HeaderMap::new(), json!({"refresh_token": text}).to_string())
        };
        let answer =
            self.world.ask(method, &format!("/v1/apps/{APP}/{path}"), headers, body.into_bytes()).await;
        assert_eq!(answer.unwrap().status, StatusCode::OK);
        self.sessions.over(|session| session.token(presented) == text);
    }

    fn pass(&mut self, steps: &mut Steps<'_>) {
        let seconds = 1_i64 << steps.below(24);
        self.world.pass(Span::from_secs(seconds));
    }

    async fn change_settings(&mut self, steps: &mut Steps<'_>) {
        let given: Value = serde_json::from_str(steps.one_of(&SETTINGS)).unwrap();
        let applies = steps.one_of(&["new", "next_refresh", "now"]);
        let path = format!("/session-settings?applies={applies}");
        let answer = self.world.manage(Method::PUT, &path, &given).await;
        if answer.status == StatusCode::OK {
            self.observes = answer.json()["settings"]["reuse_detection"] == "observe";
        }
    }

    async fn end(&mut self, steps: &mut Steps<'_>) {
        let way = steps.below(3);
        let Some((session, _)) = self.sessions.choose(steps) else { return };
        let (sid, user) = (session.sid.clone(), session.user.clone());
        let answer = match way {
            0 => self.world.manage(Method::DELETE, &format!("/sessions/{sid}"), &Value::Null).await,
            1 => self.world.manage(Method::DELETE, &format!("/users/{user}/tokens"), &Value::Null).await,
            _ => {
                let filter = json!({"filter": {"user_id": user, "except": sid}});
                self.world.manage(Method::POST, "/sessions/end", &filter).await
            }
        };
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
        self.sessions.over(|other| match way {
            0 => other.sid == sid,
            1 => other.user == user,
            _ => other.user == user && other.sid != sid,
        });
    }

    /// A token with one character changed is nobody's, and changes nothing.
    async fn forge(&mut self, steps: &mut Steps<'_>) {
        let (place, letter) = (steps.below(92), steps.below(64));
        let Some((session, presented)) = self.sessions.choose(steps) else { return };
        let (sid, mut text) = (session.sid.clone(), session.token(presented).to_owned().into_bytes());
        let other = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[letter];
        if std::mem::replace(&mut text[4 + place], other) == other {
            return;
        }
        let before = self.shown(&sid).await;
        let text = String::from_utf8(text).unwrap();
        let answer = present(&mut self.world, &text, HeaderMap::new(), false).await;
        assert_eq!((answer.status, &answer.json()["reason"]), (StatusCode::UNAUTHORIZED, &json!("unknown")));
        assert_eq!(self.shown(&sid).await, before);
    }

    /// What operators and verifiers are told agrees with what happened.
    async fn look_at_all(&mut self) {
        for at in 0..self.sessions.len() {
            let shown = self.shown(&self.sessions.at(at).sid.clone()).await;
            for token in self.sessions.at(at).newest_tokens() {
                let bearer = format!("Bearer {}", self.world.key);
                let mut headers = form();
                headers.insert("authorization", bearer.parse().unwrap());
                let path = format!("/v1/apps/{APP}/oauth/introspect");
                let body = format!("token={token}").into_bytes();
                let answer = self.world.ask(Method::POST, &path, headers, body).await.unwrap();
                let active = answer.json()["active"] == true;
                assert!(!active || shown["status"] == "live", "a token of a session that is over is active");
            }
            self.sessions.at_mut(at).shown(&shown);
        }
    }

    async fn shown(&mut self, sid: &str) -> Value {
        let answer = self.world.manage(Method::GET, &format!("/sessions/{sid}"), &Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()
    }
}

async fn present(world: &mut World, token: &str, mut headers: HeaderMap, as_form: bool) -> Answer {
    let (path, body) = if as_form {
        headers.extend(form());
        ("oauth/token", format!("grant_type=refresh_token&refresh_token={token}"))
    } else {
        ("tokens", json!({"refresh_token": token}).to_string())
    };
    world.ask(Method::POST, &format!("/v1/apps/{APP}/{path}"), headers, body.into_bytes()).await.unwrap()
}

fn form() -> HeaderMap {
    map(&[("content-type", "application/x-www-form-urlencoded")])
}
