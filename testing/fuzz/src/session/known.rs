//! What a bystander knows of the sessions, who sees every answer and no rule.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::Value;

use crate::answer::Answer;
use crate::steps::Steps;

/// Every session that was opened.
#[derive(Default)]
pub struct Sessions {
    all: Vec<Known>,
    /// Users of whom a token was reused: that may have ended all their sessions.
    reused: BTreeSet<String>,
}

/// One session.
pub struct Known {
    pub sid: String,
    pub user: String,
    tokens: Vec<Token>,
    auth: String,
    /// When it ends, whatever happens, as it was last shown.
    expires_at: i64,
    over: bool,
}

/// A refresh token that was handed out.
struct Token {
    text: String,
    /// Which token's use it answered; itself for the first.
    minted_for: usize,
}

/// A session and one of its tokens, by number.
#[derive(Clone, Copy)]
pub struct Presented {
    session: usize,
    token: usize,
}

impl Sessions {
    /// Another one, as the answer says.
    pub fn opened(&mut self, user: &str, answer: &Value) {
        let (result, session) = (&answer["auth_result"], &answer["session"]);
        self.all.push(Known {
            sid: text(&session["session_id"]),
            user: user.to_owned(),
            tokens: vec![Token { text: text(&result["refresh_token"]), minted_for: 0 }],
            auth: text(&result["auth_token"]),
            expires_at: session["expires_at"].as_i64().unwrap(),
            over: false,
        });
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn at(&self, at: usize) -> &Known {
        &self.all[at]
    }

    pub fn at_mut(&mut self, at: usize) -> &mut Known {
        &mut self.all[at]
    }

    /// One of them, and one of its tokens: mostly among the newest.
    pub fn choose(&self, steps: &mut Steps<'_>) -> Option<(&Known, Presented)> {
        let session = self.all.len().checked_sub(1 + steps.below(self.all.len()))?;
        let known = &self.all[session];
        let token = known.tokens.len().checked_sub(1 + steps.below(known.tokens.len()))?;
        Some((known, Presented { session, token }))
    }

    /// These are over from now on.
    pub fn over(&mut self, which: impl Fn(&Known) -> bool) {
        self.all.iter_mut().filter(|known| which(known)).for_each(|known| known.over = true);
    }

    /// Holds the answer to a refresh against what was known, and learns from it.
    pub fn presented(&mut self, answer: &Answer, presented: Presented, observes: bool) {
        let known = &mut self.all[presented.session];
        let body = answer.json();
        match answer.status {
            StatusCode::OK => known.served(&body, presented.token),
            StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST => {
                let reason = text(&body["reason"]);
                assert_ne!(reason, "unknown", "a token that was minted here is unknown");
                let newest = presented.token + 1 == known.tokens.len();
                let explained = known.over || self.reused.contains(&known.user);
                assert!(
                    !(newest && reason == "reused") || explained,
                    "the newest token is refused as reused"
                );
                let is_reuse = reason == "reused";
                known.over |= !(is_reuse && observes);
                if is_reuse {
                    self.reused.insert(known.user.clone());
                }
            }
            StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS => {}
            other => panic!("a refresh is answered {other}"),
        }
    }
}

impl Known {
    pub fn token(&self, presented: Presented) -> &str {
        self.tokens.get(presented.token).map_or("", |token| &token.text)
    }

    /// The newest of each kind.
    pub fn newest_tokens(&self) -> [String; 2] {
        [self.tokens[self.tokens.len() - 1].text.clone(), self.auth.clone()]
    }

    fn served(&mut self, body: &Value, presented: usize) {
        assert!(!self.over, "served, and the session was over");
        let newest = self.tokens.len() - 1;
        let answered = self.tokens[newest].minted_for;
        assert!(presented == newest || presented == answered, "served for a token that was replaced");
        let (refresh, auth) = (text(result(body, "refresh_token")), result(body, "auth_token"));
        self.auth = text(if auth.is_null() { &body["access_token"] } else { auth });
        if refresh == self.tokens[newest].text {
            assert_eq!(presented, answered, "a retry of another token");
        } else {
            assert!(
                self.tokens.iter().all(|known| known.text != refresh),
                "an old token is handed out again"
            );
            self.tokens.push(Token { text: refresh, minted_for: presented });
        }
    }

    /// What an operator is shown of it.
    pub fn shown(&mut self, session: &Value) {
        assert!(!self.over || session["status"] != "live", "live, and it was over");
        self.over |= session["status"] != "live";
        let expires_at = session["expires_at"].as_i64().unwrap();
        assert!(expires_at <= self.expires_at, "the absolute end moved");
        self.expires_at = expires_at;
    }
}

/// A member of the client API's answer, or of OAuth's.
fn result<'b>(body: &'b Value, member: &str) -> &'b Value {
    body.get("auth_result").unwrap_or(body).get(member).unwrap_or(&Value::Null)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
