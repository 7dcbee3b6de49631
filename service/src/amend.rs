//! Amending a session: its claims, and a sign-in anew.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tenure_core::amend::amend;
use tenure_core::digest::Salt;
use tenure_core::family::Family;
use tenure_core::id::AppId;
use tenure_core::reauthenticate::{Entropy, NotRenewed, Proof, reauthenticate};
use tenure_store::{Committed, Unavailable};
use tenure_wire::session::Reauthenticate;
use zeroize::Zeroizing;

use crate::claims::{self, Claims, Refused};
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::issue::Issued;
use crate::limits::ATTEMPTS;
use crate::service::Service;

/// A session whose claims were changed.
pub struct AmendedSession {
    /// As it stands now.
    pub family: Arc<Family>,
    /// What was accepted and may be regretted.
    pub warnings: Vec<String>,
}

impl Service {
    /// Changes a session's own claims as `patch` says (RFC 7396), within the limits of an opening. Once this has returned, no
    /// refresh that begins is answered with the claims of before, on any node.
    ///
    /// Refuses a session that is over. Of several at once each one applies, one after the other.
    pub async fn amend_session(
        &self,
        app: &AppId,
        id: &str,
        patch: &Map<String, Value>,
    ) -> Result<AmendedSession> {
        let now = self.now()?;
        for _ in 0..ATTEMPTS {
            let family = self.family_of(app, id).await?;
            let mut claims = Claims::read(family.claims.as_deref())?;
            let before = claims.own.clone();
            let merged = claims.merge(patch.clone()).and_then(|()| claims.encode()).map_err(invalid)?;
            let warnings = claims::warnings(merged.as_deref());
            let ring = self.ring.load_full();
            let change = amend(&family, merged.clone(), ring.rules(), now).map_err(Error::SessionOver)?;
            if merged == family.claims {
                return Ok(AmendedSession { family, warnings });
            }
            if let Committed::Amended = self.store.commit(&family, &change).await? {
                let there = |name: &&String| before.contains_key(*name) || claims.own.contains_key(*name);
                let detail = json!({"claims": patch.keys().filter(there).collect::<Vec<_>>()});
                let whose = (&family.app, &family.user, family.id);
                self.note(events::of_session(Type::Amended, now, whose, detail)).await;
                return Ok(AmendedSession { family: self.family_of(app, id).await?, warnings });
            }
        }
        Err(faster())
    }

    /// The user proved anew who they are, in the application's own way: the session's sign-in, and with it a new refresh token;
    /// older ones are served nothing from now on.
    ///
    /// Refuses a session that is over, and a proof that is older than the one that the session rests on.
    pub async fn reauthenticate(&self, app: &AppId, id: &str, request: &Reauthenticate) -> Result<Issued> {
        let now = self.now()?;
        let served = self.app(app)?;
        let at = claims::auth_time(request.auth_time, now).map_err(invalid)?;
        let served = self.prepare_to_sign(served, now).await?;
        let policy = served.policy_at(now);
        for _ in 0..ATTEMPTS {
            let family = self.family_of(app, id).await?;
            let Claims { own, place, .. } = Claims::read(family.claims.as_deref())?;
            let place = self.place_for(&served, place, now).await?;
            let claims = Claims { amr: request.amr.clone(), acr: request.acr.clone(), own, place };
            let proof = Proof { authenticated_at: at, claims: claims.encode().map_err(invalid)? };
            let entropy = Entropy {
                secret: Zeroizing::new(fresh(&*self.entropy)?),
                salt: Salt::from_bytes(fresh(&*self.entropy)?),
            };
            let ring = self.ring.load_full();
            let (change, token) = reauthenticate(&family, proof, &policy, ring.rules(), now, &entropy)
                .map_err(|refused| match refused {
                    NotRenewed::Over(refusal) => Error::SessionOver(refusal),
                    NotRenewed::OlderProof => {
                        Error::invalid("auth_time", "must not be before the one that the session has")
                    }
                })?;
            if let Committed::Live(receipt) = self.store.commit(&family, &change).await? {
                self.views.put(receipt.family().clone());
                let detail = json!({"auth_time": at.secs(), "amr": request.amr, "acr": request.acr});
                let whose = (&family.app, &family.user, family.id);
                self.note(events::of_session(Type::Reauthenticated, now, whose, detail)).await;
                return self.issue(&served, &receipt, &token, now).await;
            }
        }
        Err(faster())
    }
}

fn invalid((path, says): Refused) -> Error {
    Error::invalid(path, says)
}

fn faster() -> Error {
    Unavailable::new("one session changed faster than it could be amended").into()
}
