//! A client that follows the rules: one key a token, written down before it is sent, sent again until it is answered.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::journal::{Journal, Session};
use crate::support::random::Random;
use crate::wire::{Ask, Outcome, Wire};
use crate::world::{Held, World, count};

/// One client, with two connections so that it can ask twice at once.
pub struct Client {
    number: u32,
    pub random: Random,
    pub world: Arc<World>,
    pub wires: [Wire; 2],
}

/// Where a presentation left a session.
#[derive(Debug, PartialEq, Eq)]
pub enum Left {
    /// The successor is known.
    Served,
    /// It has ended, as somebody wanted.
    Over,
    /// Nothing is known yet.
    Open,
}

impl Client {
    pub fn new(number: u32, random: Random, world: Arc<World>) -> Self {
        let wires = [Wire::new(world.port), Wire::new(world.port)];
        Self { number, random, world, wires }
    }

    /// Works until the world stops; gives back its journal.
    pub async fn until_stopped(mut self) -> Journal {
        let mut journal = Journal::default();
        while !self.world.is_stopped() {
            match journal.session.take() {
                None => journal.session = self.open().await,
                Some(session) => self.work(session, &mut journal).await,
            }
            if self.random.chance(3) {
                self.knock_at_a_grave(&journal).await;
            }
            sleep(Duration::from_millis(self.random.between(0, 6))).await;
        }
        journal
    }

    async fn work(&mut self, mut session: Session, journal: &mut Journal) {
        // A token that was sent is sent again until it is answered: no sign-out in between, so that all ends are known.
        if !session.sent && self.random.chance(1) {
            self.sign_out(&session).await;
            return journal.graves.push(session.bury());
        }
        match self.refresh(&mut session).await {
            Left::Over => return journal.graves.push(session.bury()),
            Left::Open => sleep(Duration::from_millis(self.random.between(5, 25))).await,
            Left::Served => session.go_on(),
        }
        if !session.sent && self.random.chance(1) {
            journal.parked.push(session);
        } else {
            journal.session = Some(session);
        }
    }

    /// Presents the token with its key: once, or twice at once, and now and then once more after the answer.
    pub async fn refresh(&mut self, session: &mut Session) -> Left {
        let key = session.key.get_or_insert_with(|| self.random.key()).clone();
        let ask = refresh(&session.token, &key);
        let twice = self.random.chance(15);
        let mut must_fail = session.held.must_be_refused();
        let mut seen = std::mem::replace(&mut session.sent, true);
        let outcomes = if twice {
            let [first, second] = &mut self.wires;
            let (a, b) = tokio::join!(first.ask(&ask), second.ask(&ask));
            vec![a, b]
        } else {
            vec![self.wires[0].ask(&ask).await]
        };
        let mut left = Left::Open;
        for outcome in outcomes {
            match self.judge(session, outcome, must_fail, seen) {
                Left::Open => {}
                known => left = known,
            }
            seen = true;
        }
        while left == Left::Served && self.random.chance(10) && !self.world.is_stopped() {
            must_fail = session.held.must_be_refused();
            let again = self.wires[1].ask(&ask).await;
            match self.judge(session, again, must_fail, true) {
                Left::Served => break,
                Left::Over => left = Left::Over,
                Left::Open => sleep(Duration::from_millis(10)).await,
            }
        }
        left
    }

    fn judge(&self, session: &mut Session, outcome: Outcome, must_fail: bool, seen: bool) -> Left {
        let tally = &self.world.tally;
        let sid = &session.held.sid;
        match outcome {
            Outcome::Down => Left::Open,
            Outcome::Lost => {
                count(&tally.lost);
                Left::Open
            }
            Outcome::Answered { status: 200, body } => {
                let Some(next) = body["auth_result"]["refresh_token"].as_str() else {
                    self.world.fault(format!("{sid}: an answer without a token"));
                    return Left::Open;
                };
                self.world.places.note(&self.world, &body["auth_result"]["auth_token"]);
                if must_fail {
                    self.world.fault(format!("{sid}: was served after its end had been acknowledged"));
                }
                count(&tally.acknowledged);
                if seen {
                    count(&tally.again);
                }
                match &session.successor {
                    None => session.successor = Some(next.to_owned()),
                    Some(known) if known == next => count(&tally.compared),
                    Some(_) => self.world.fault(format!("{sid}: one token with one key has two successors")),
                }
                Left::Served
            }
            Outcome::Answered { status: 401, .. } if session.held.may_be_refused() => Left::Over,
            Outcome::Answered { status: 429, .. } => not_now(tally),
            Outcome::Answered { status: 503, body } if body["code"] != "out_of_sync" => not_now(tally),
            Outcome::Answered { status, body } => {
                let what = if status == 503 { "an acknowledged rotation was lost" } else { "a false logout" };
                self.world.fault(format!("{sid}: {what}: {status} {body}"));
                Left::Over
            }
        }
    }

    async fn open(&mut self) -> Option<Session> {
        let ask = Ask {
            method: Method::POST,
            path: "/v1/apps/demo/sessions".to_owned(),
            header: Some(("authorization", format!("Bearer {}", self.world.api_key))),
            body: json!({"user_id": format!("user-{}", self.number)}),
        };
        match self.wires[0].ask(&ask).await {
            Outcome::Answered { status: 201, body } => {
                count(&self.world.tally.opened);
                let text = |value: &Value| value.as_str().map(str::to_owned);
                let sid = text(&body["auth_result"]["session_id"])?;
                let held = Arc::new(Held::new(sid));
                self.world.add(held.clone());
                self.world.places.note(&self.world, &body["auth_result"]["auth_token"]);
                Some(Session::new(held, text(&body["auth_result"]["refresh_token"])?))
            }
            Outcome::Answered { status: 503 | 429, .. } | Outcome::Down | Outcome::Lost => {
                sleep(Duration::from_millis(10)).await;
                None
            }
            Outcome::Answered { status, body } => {
                self.world.fault(format!("a session was not opened: {status} {body}"));
                None
            }
        }
    }

    /// Signs out, again and again until that is acknowledged.
    async fn sign_out(&mut self, session: &Session) {
        session.held.will_end();
        let ask = Ask {
            method: Method::DELETE,
            path: "/v1/apps/demo/tokens".to_owned(),
            header: None,
            body: json!({"refresh_token": session.token}),
        };
        loop {
            match self.wires[0].ask(&ask).await {
                Outcome::Answered { status: 200, .. } => break,
                Outcome::Answered { status: 503, .. } | Outcome::Down | Outcome::Lost => {}
                Outcome::Answered { status, body } => {
                    self.world.fault(format!("{}: sign-out said {status} {body}", session.held.sid));
                }
            }
            sleep(Duration::from_millis(10)).await;
        }
        session.held.has_ended();
        count(&self.world.tally.signed_out);
    }

    /// Presents a token of a session that has ended.
    async fn knock_at_a_grave(&mut self, journal: &Journal) {
        let ended: Vec<_> = journal.graves.iter().filter(|grave| grave.held.must_be_refused()).collect();
        if ended.is_empty() {
            return;
        }
        let grave = ended[self.random.between(0, ended.len() as u64) as usize];
        let ask = refresh(&grave.token, &self.random.key());
        match self.wires[0].ask(&ask).await {
            Outcome::Answered { status: 401, body } => {
                count(&self.world.tally.refused);
                let reason = body["reason"].as_str().unwrap_or_default();
                if !matches!(reason, "ended_by_user" | "ended_by_admin") {
                    self.world.fault(format!("{}: refused as {reason}", grave.held.sid));
                }
            }
            Outcome::Answered { status: 503, .. } | Outcome::Down | Outcome::Lost => {}
            Outcome::Answered { status, .. } => {
                self.world.fault(format!("{}: has ended, and was answered {status}", grave.held.sid));
            }
        }
    }
}

fn not_now(tally: &crate::world::Tally) -> Left {
    count(&tally.not_now);
    Left::Open
}

/// A refresh.
pub fn refresh(token: &str, key: &str) -> Ask {
    Ask {
        method: Method::POST,
        path: "/v1/apps/demo/tokens".to_owned(),
        header: Some(("idempotency-key", key.to_owned())),
        body: json!({"refresh_token": token}),
    }
}
