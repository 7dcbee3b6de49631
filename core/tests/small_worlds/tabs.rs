//! Three tabs of one client: their requests are in flight at once, delayed, duplicated, reordered and lost. They share
//! one storage, and in it one key for each token.

use tenure_core::refusal::Refusal;

use crate::always::{always, with};
use crate::desk::{Desk, Key, RowId, TokenId, Told, When, at};
use crate::explore::{Broken, Next, Property, World};

/// What the network and the store may do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Weather {
    /// How many later tokens may have been used when a request arrives at last.
    pub(crate) held_back: u32,
    /// Whether the store may go back to its first row, and recovery be opened then.
    pub(crate) restores: Option<bool>,
    /// How often the user may prove anew who they are, to the tabs' backend, which hands on the token that it is given.
    pub(crate) renewals: u8,
}

/// The tabs' storage, what is in the network, and the store.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Tabs {
    weather: Weather,
    row: RowId,
    first: RowId,
    stored: TokenId,
    /// Requests on their way, by the token that they carry; in order, because tabs are alike.
    asking: Vec<TokenId>,
    /// Answers on their way.
    answers: Vec<TokenId>,
    /// Token and successor, for each token that was used.
    heirs: Vec<(TokenId, TokenId)>,
    minted: Vec<TokenId>,
    when: When,
}

const IN_FLIGHT: usize = 3;

impl Tabs {
    pub(crate) fn new(weather: Weather, row: RowId, first: TokenId) -> Self {
        let (minted, when) = (vec![first], When::default());
        let (asking, answers, heirs) = Default::default();
        Self { weather, row, first: row, stored: first, asking, answers, heirs, minted, when }
    }

    fn arrive(&self, desk: &mut Desk<'_>, token: TokenId, again: bool) -> Result<Self, Broken> {
        let (row, told) = desk.present(self.row, token, Key::Own, self.when);
        let mut after = Self { row, ..self.clone() };
        if !again {
            remove(&mut after.asking, token);
        }
        match told {
            Told::Served(_, successor) => after.hand_out(token, successor)?,
            // The client reads its storage again and goes on.
            Told::Refused(Refusal::Superseded) => {}
            Told::Refused(Refusal::OutOfSync) if self.when.restores > 0 => {}
            Told::Ended if self.held_back(desk, token) > self.weather.held_back => {}
            Told::Refused(Refusal::Ended(_)) if desk.ended(self.row) => {}
            told => {
                let late = self.held_back(desk, token);
                return Err(Broken(Property::P1, format!("{told:?} after the use of {late} later tokens")));
            }
        }
        Ok(after)
    }

    /// How many tokens later than `token` have been used.
    fn held_back(&self, desk: &Desk<'_>, token: TokenId) -> u32 {
        (desk.row(self.row).head.seq.0 - 1).saturating_sub(desk.seq(token))
    }

    fn hand_out(&mut self, token: TokenId, successor: TokenId) -> Result<(), Broken> {
        match self.heirs.iter().find(|(used, _)| *used == token) {
            Some((_, heir)) if *heir != successor && self.when.restores == 0 => {
                return Err(Broken(Property::P6, "two successors of one token and key".to_owned()));
            }
            Some(_) => {}
            None => self.heirs.push((token, successor)),
        }
        self.heirs.sort_unstable();
        self.minted = with(&self.minted, successor);
        self.answers.push(successor);
        self.answers.sort_unstable();
        Ok(())
    }

    /// A tab stores what is strictly newer than what is there.
    fn store(&self, desk: &Desk<'_>, token: TokenId) -> Self {
        let mut after = self.without_answer(token);
        if desk.seq(token) > desk.seq(self.stored) {
            after.stored = token;
        }
        after
    }

    fn without_answer(&self, token: TokenId) -> Self {
        let mut after = self.clone();
        remove(&mut after.answers, token);
        after
    }

    fn send(&self) -> Option<Self> {
        (self.asking.len() + self.answers.len() < IN_FLIGHT).then(|| {
            let mut after = self.clone();
            after.asking.push(self.stored);
            after.asking.sort_unstable();
            after
        })
    }

    /// When the network is empty, the client is served as soon as recovery is opened (again).
    fn can_be_helped(&self, desk: &mut Desk<'_>) -> Result<(), Broken> {
        let secs = self.when.secs + 1;
        let when = When { secs, opened: Some(secs), ..self.when };
        let waits = !self.asking.is_empty() || !self.answers.is_empty() || desk.ended(self.row);
        match desk.present(self.row, self.stored, Key::Own, when) {
            (_, Told::Served(..)) => Ok(()),
            _ if waits => Ok(()),
            // What the backend was given never reached the tabs: it asks again.
            (_, Told::Refused(Refusal::Superseded)) if desk.row(self.row).head.is_renewed() => {
                let renewed = desk.reauthenticate(self.row, when).map(|(row, token)| (row, token, when));
                let served = |(row, token, when)| desk.present(row, token, Key::Own, when).1;
                match renewed.map(served) {
                    Some(Told::Served(..)) => Ok(()),
                    told => Err(Broken(Property::P1, format!("{told:?} though the backend asked again"))),
                }
            }
            (_, told) => Err(Broken(Property::P1, format!("{told:?} though recovery is open"))),
        }
    }

    fn renew(&self, desk: &mut Desk<'_>) -> Option<Self> {
        let mut after = self.clone();
        after.weather.renewals = self.weather.renewals.checked_sub(1)?;
        let (row, token) = desk.reauthenticate(self.row, self.when)?;
        after.row = row;
        after.minted = with(&self.minted, token);
        after.answers.push(token);
        after.answers.sort_unstable();
        Some(after)
    }

    fn restore(&self) -> Option<Self> {
        let open = self.weather.restores.filter(|_| self.when.restores == 0)?;
        let secs = self.when.secs + 1;
        let when = When { secs, restores: 1, opened: open.then_some(secs) };
        Some(Self { row: self.first, when, ..self.clone() })
    }
}

impl World for Tabs {
    fn next(&self, desk: &mut Desk<'_>) -> Next<Self> {
        let mut next: Next<Self> = Vec::new();
        if desk.ended(self.row) {
            return next; // nothing follows: that is what P4 says, and what `check` has seen
        }
        next.extend(self.send().map(|after| ("a tab asks", Ok(after))));
        for token in each(&self.asking) {
            next.push(("a request arrives", self.arrive(desk, token, false)));
            if self.asking.len() + self.answers.len() < IN_FLIGHT + 1 {
                next.push(("a request arrives and will again", self.arrive(desk, token, true)));
            }
            let mut lost = self.clone();
            remove(&mut lost.asking, token);
            next.push(("a request is lost", Ok(lost)));
        }
        for token in each(&self.answers) {
            next.push(("an answer arrives", Ok(self.store(desk, token))));
            next.push(("an answer is lost", Ok(self.without_answer(token))));
        }
        // Time matters only to the leeway, and no longer than that.
        let rotated_at = desk.row(self.row).head.rotated_at;
        if at(self.when.secs).since(rotated_at) < desk.policy.retry_leeway {
            let when = When { secs: self.when.secs + 20, ..self.when };
            next.push(("20 s pass", Ok(Self { when, ..self.clone() })));
        }
        next.extend(self.renew(desk).map(|after| ("the user proves anew who they are", Ok(after))));
        next.extend(self.restore().map(|after| ("the store goes back", Ok(after))));
        next
    }

    fn check(&self, desk: &mut Desk<'_>) -> Result<(), Broken> {
        self.can_be_helped(desk)?;
        always(desk, self.row, &self.minted, self.when)
    }
}

fn each(tokens: &[TokenId]) -> Vec<TokenId> {
    let mut each = tokens.to_vec();
    each.dedup();
    each
}

fn remove(tokens: &mut Vec<TokenId>, token: TokenId) {
    let place = tokens.iter().position(|t| *t == token).expect("in flight");
    tokens.remove(place);
}
