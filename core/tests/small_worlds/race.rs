//! Requests for one token on several nodes at once: each loads the row, decides on that view, and commits on whatever is
//! stored by then, while an operator may end the session.

use tenure_core::refusal::Refusal;

use crate::always::{always, with};
use crate::desk::{Desk, Key, RowId, TokenId, Told, When};
use crate::explore::{Broken, Next, Property, World};

/// How far one request has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stage {
    Arrived,
    Loaded(RowId),
    Answered(TokenId),
    Refused,
}

/// The requests, all alike, and the store.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Race {
    key: Key,
    token: TokenId,
    row: RowId,
    stages: Vec<Stage>,
    minted: Vec<TokenId>,
}

const WHEN: When = When { secs: 1, restores: 0, opened: None };

impl Race {
    pub(crate) fn new(key: Key, requests: usize, row: RowId, token: TokenId) -> Self {
        Self { key, token, row, stages: vec![Stage::Arrived; requests], minted: vec![token] }
    }

    fn at(&self, row: RowId, request: usize, stage: Stage) -> Self {
        let mut after = Self { row, ..self.clone() };
        after.stages[request] = stage;
        after.stages.sort_unstable();
        after
    }

    fn commit(&self, desk: &mut Desk<'_>, request: usize, view: RowId) -> Result<Self, Broken> {
        let (row, told) = desk.present_on(view, self.row, self.token, self.key, WHEN);
        match told {
            Told::Stale => Ok(self.at(row, request, Stage::Arrived)),
            Told::Served(..) if desk.ended(self.row) => {
                Err(Broken(Property::P4, "served on a view that was not true any more".to_owned()))
            }
            Told::Served(_, token) => {
                let mut after = self.at(row, request, Stage::Answered(token));
                after.minted = with(&after.minted, token);
                Ok(after)
            }
            Told::Refused(Refusal::Ended(_)) if desk.ended(self.row) => {
                Ok(self.at(row, request, Stage::Refused))
            }
            told => Err(Broken(Property::P1, format!("{told:?}"))),
        }
    }
}

impl World for Race {
    fn next(&self, desk: &mut Desk<'_>) -> Next<Self> {
        let mut next: Next<Self> = Vec::new();
        for (request, stage) in self.stages.iter().enumerate() {
            match *stage {
                Stage::Arrived => {
                    next.push(("a request loads", Ok(self.at(self.row, request, Stage::Loaded(self.row)))));
                }
                Stage::Loaded(view) => next.push(("a request commits", self.commit(desk, request, view))),
                Stage::Answered(_) | Stage::Refused => {}
            }
        }
        next.push(("it is ended", Ok(Self { row: desk.end(self.row, WHEN), ..self.clone() })));
        next
    }

    fn check(&self, desk: &mut Desk<'_>) -> Result<(), Broken> {
        let answers = || self.stages.iter().filter(|stage| matches!(stage, Stage::Answered(_)));
        let seq = desk.row(self.row).head.seq.0;
        let one = answers().all(|answer| Some(answer) == answers().next());
        let rotations = usize::from(answers().next().is_some());
        if !one || seq as usize != 1 + rotations {
            return Err(Broken(Property::P6, format!("more than one successor, or number {seq}")));
        }
        always(desk, self.row, &self.minted, WHEN)
    }
}
