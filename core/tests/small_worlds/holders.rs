//! Two holders of one token, the owner and a thief: every interleaving of their refreshes, with every loss.

use tenure_core::rotate::Served;
use tenure_core::settings::LostResponse;

use crate::always::{always, with};
use crate::desk::{Desk, Key, RowId, TokenId, Told, When};
use crate::explore::{Broken, Next, Property, World};

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Who {
    Owner,
    Thief,
}

/// A successor that was minted: from which token, by whose presentation, when.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Mint {
    parent: TokenId,
    child: TokenId,
    by: Who,
    secs: u16,
}

/// The two, what became of each token, and the store.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Holders {
    keys: [Key; 2],
    row: RowId,
    held: [TokenId; 2],
    /// In the order in which they were minted.
    mints: Vec<Mint>,
    minted: Vec<TokenId>,
    when: When,
}

/// What has to come of a presentation, by P2.
enum Must {
    End,
    Reissue,
    Anything,
}

impl Holders {
    /// The thief has copied the first token; each uses a key of their own, or none.
    pub(crate) fn new(owners: Key, thiefs: Key, row: RowId, first: TokenId) -> Self {
        let (minted, when) = (vec![first], When::default());
        Self { keys: [owners, thiefs], row, held: [first; 2], mints: Vec::new(), minted, when }
    }

    fn refresh(&self, desk: &mut Desk<'_>, who: Who, answered: bool) -> Result<Self, Broken> {
        let token = self.held[who as usize];
        let (row, told) = desk.present(self.row, token, self.keys[who as usize], self.when);
        self.judge(desk, who, token, row, told)?;
        let mut after = Self { row, ..self.clone() };
        if let Told::Served(served, child) = told {
            if served != Served::Replayed {
                after.mints.push(Mint { parent: token, child, by: who, secs: self.when.secs });
                after.minted = with(&after.minted, child);
            }
            if answered {
                after.held[who as usize] = child;
            }
        }
        Ok(after)
    }

    fn judge(&self, desk: &Desk<'_>, who: Who, token: TokenId, row: RowId, told: Told) -> Result<(), Broken> {
        let held = match self.must(desk, who, token) {
            Must::End => told == Told::Ended && desk.ended(row),
            Must::Reissue => matches!(told, Told::Served(Served::Reissued, _)),
            Must::Anything => true,
        };
        let says = || format!("{who:?} presents token {}: {told:?}", desk.seq(token));
        if held { Ok(()) } else { Err(Broken(Property::P2, says())) }
    }

    /// Said without a look at the row: only from who used what, and when.
    fn must(&self, desk: &Desk<'_>, who: Who, token: TokenId) -> Must {
        let of = |token| self.mints.iter().filter(move |mint| mint.parent == token);
        let replaced = |mint: &Mint| of(mint.parent).next_back() != Some(mint);
        let dead = self.mints.iter().any(|mint| mint.child == token && replaced(mint));
        let first = of(token).next();
        // Whoever has used it with a key of their own may ask again with that key: row 4, or 7.
        let own = self.keys[who as usize] != Key::None && of(token).any(|mint| mint.by == who);
        let taken = first.filter(|first| first.by != who && !own);
        let heir_used = of(token).any(|mint| of(mint.child).next().is_some());
        if desk.ended(self.row) {
            return Must::Anything; // P4 has it
        }
        if dead {
            return Must::End;
        }
        let Some(first) = taken else { return Must::Anything };
        let since_first = i64::from(self.when.secs - first.secs) * 1000;
        let leeway = desk.policy.retry_leeway.millis();
        let within = leeway > 0 && since_first <= leeway;
        match desk.policy.lost_response {
            _ if heir_used => Must::End,
            // After a reissue the leeway runs from that: the row knows no other moment.
            _ if within || of(token).count() > 1 => Must::Anything,
            LostResponse::End => Must::End,
            LostResponse::Reissue => Must::Reissue,
        }
    }
}

impl World for Holders {
    fn next(&self, desk: &mut Desk<'_>) -> Next<Self> {
        if desk.ended(self.row) {
            return Vec::new(); // nothing follows: that is what P4 says, and what `check` has seen
        }
        let mut next = vec![
            ("the owner refreshes", self.refresh(desk, Who::Owner, true)),
            ("the owner refreshes, the answer is lost", self.refresh(desk, Who::Owner, false)),
            ("the thief refreshes", self.refresh(desk, Who::Thief, true)),
            ("the thief refreshes, the answer is lost", self.refresh(desk, Who::Thief, false)),
            ("a request of one of them is lost", Ok(self.clone())),
        ];
        // Time matters only to the leeway, and no longer than that.
        let leeway = desk.policy.retry_leeway.secs();
        if i64::from(self.when.secs - self.mints.last().map_or(0, |mint| mint.secs)) < leeway {
            let when = When { secs: self.when.secs + 20, ..self.when };
            next.push(("20 s pass", Ok(Self { when, ..self.clone() })));
        }
        next.push(("the thief copies again", Ok(Self { held: [self.held[0]; 2], ..self.clone() })));
        next.push(("it is ended", Ok(Self { row: desk.end(self.row, self.when), ..self.clone() })));
        next
    }

    fn check(&self, desk: &mut Desk<'_>) -> Result<(), Broken> {
        always(desk, self.row, &self.minted, self.when)
    }
}
