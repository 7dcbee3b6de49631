//! A session that is played through: each presentation is decided and its change committed, as a store would.

use std::rc::Rc;

use tenure_core::change::{Change, Scope};
use tenure_core::family::Family;
use tenure_core::policy::Policy;
use tenure_core::reauthenticate::{Entropy, NotRenewed, Proof, reauthenticate};
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::KeyRing;
use tenure_core::rotate::{Circumstances, Decision, Notice, Recovery, Served};
use tenure_core::time::Timestamp;
use tenure_core::token::AuthenticToken;
use zeroize::Zeroizing;

use crate::common::{Asking, held, ring, salt, session};

/// What a caller was told, and what it was given.
#[derive(Clone)]
pub(crate) enum Told {
    Served(Served, Rc<AuthenticToken>),
    Ended(Scope, EndReason),
    Refused(Refusal),
}

/// A session, with everything around it that a decision reads.
pub(crate) struct Played {
    pub(crate) ring: KeyRing,
    pub(crate) policy: Policy,
    pub(crate) recovery: Recovery,
    pub(crate) row: Option<Family>,
    pub(crate) first: Rc<AuthenticToken>,
    /// What the operator heard of the last presentation.
    pub(crate) notice: Option<Notice>,
    salts: u64,
}

impl Played {
    /// A session opened now.
    pub(crate) fn open(policy: Policy, confirmation: Option<&str>) -> Self {
        let ring = ring();
        let (row, first) = session(&ring, &policy, confirmation);
        let (row, first) = (Some(row), Rc::new(held(&first, &ring)));
        Self { ring, policy, recovery: Recovery::Closed, row, first, notice: None, salts: 0 }
    }

    /// The row, which must be there.
    pub(crate) fn row(&self) -> &Family {
        self.row.as_ref().expect("a row")
    }

    /// The user proves anew who they are, now.
    pub(crate) fn reauthenticate(&mut self, now: Timestamp) -> Result<Rc<AuthenticToken>, NotRenewed> {
        self.reauthenticated(now, now)
    }

    /// The user proved anew who they are at some moment, and that is said now.
    pub(crate) fn reauthenticated(
        &mut self,
        authenticated_at: Timestamp,
        now: Timestamp,
    ) -> Result<Rc<AuthenticToken>, NotRenewed> {
        self.salts += 1;
        let entropy = Entropy { secret: Zeroizing::new([self.salts as u8; 32]), salt: salt(self.salts) };
        let proof = Proof { authenticated_at, claims: Some("newer claims".into()) };
        let (change, token) = reauthenticate(self.row(), proof, &self.policy, &self.ring, now, &entropy)?;
        assert!(change.applies_to(self.row()), "its own guard");
        self.row = Some(change.apply(self.row()));
        Ok(Rc::new(held(&token, &self.ring)))
    }

    /// Decides and commits.
    pub(crate) fn ask(&mut self, asking: &Asking<'_>, now: Timestamp) -> Told {
        self.salts += 1;
        let c = Circumstances {
            policy: &self.policy,
            ring: &self.ring,
            recovery: self.recovery,
            now,
            salt: salt(self.salts),
        };
        let decision = asking.decide(self.row.as_ref(), &c);
        let told = match &decision {
            Decision::Serve { served, token, .. } => Told::Served(*served, Rc::new(held(token, &self.ring))),
            Decision::End { change: Change::End { scope, reason, .. }, .. } => Told::Ended(*scope, *reason),
            Decision::End { .. } => panic!("an end that commits something else"),
            Decision::Refuse { refusal, .. } => Told::Refused(*refusal),
        };
        self.notice = match decision {
            Decision::Serve { notice, .. } | Decision::Refuse { notice, .. } => notice,
            Decision::End { .. } => None,
        };
        if let Decision::Serve { change, .. } | Decision::End { change, .. } = &decision {
            assert!(change.applies_to(self.row()), "its own guard");
            self.row = Some(change.apply(self.row()));
        }
        told
    }
}
