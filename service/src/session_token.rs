//! What a presented session token says: its session, as it is stored now; and that its use is the user's activity.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};
use tenure_core::exchange::{Worth, judge, used};
use tenure_core::family::{Family, Life};
use tenure_core::policy::Activity;
use tenure_core::refusal::Refusal;
use tenure_core::session_token::SessionToken;
use tenure_core::time::Timestamp;
use tenure_store::{Committed, Unavailable};

use crate::catalogue::App;
use crate::claims;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::ATTEMPTS;
use crate::service::Service;

impl Service {
    /// What introspection says of `text`, or nothing where it cannot be used; counts which of the two.
    pub(crate) async fn session_token(
        &self,
        app: &App,
        text: &str,
        said: Activity,
        now: Timestamp,
    ) -> Result<Option<Map<String, Value>>> {
        let claims = match self.authenticate_session_token(text).await {
            Some(token) => self.session_now(app, &token, said, now).await?,
            None => None,
        };
        let (active, inactive) = (&self.tallies.session_tokens_active, &self.tallies.session_tokens_inactive);
        let tally = if claims.is_some() { active } else { inactive };
        tally.fetch_add(1, Ordering::Relaxed);
        Ok(claims)
    }

    async fn session_now(
        &self,
        app: &App,
        token: &SessionToken,
        said: Activity,
        now: Timestamp,
    ) -> Result<Option<Map<String, Value>>> {
        let ring = self.ring.load_full();
        for _ in 0..ATTEMPTS {
            let found = self.look_up(token.family(), now).await?;
            let stored = found.as_deref();
            let recovery = self.recovery(now);
            match (judge(stored, token, &app.id, (&app.policy, ring.rules()), recovery, now), stored) {
                (Worth::Good(life), Some(family)) => {
                    if let Some(life) = self.put_down_use(app, family, life, said, now).await? {
                        return said_of(app, family, &life, token).map(Some);
                    }
                }
                (Worth::Adopt(change), Some(family)) => {
                    if let Committed::Amended = self.store.commit(family, &change).await? {
                        let (whose, detail) =
                            ((&family.app, &family.user, family.id), json!({"session_token": true}));
                        self.note(events::of_session(Type::FastForward, now, whose, detail)).await;
                    }
                }
                (Worth::Nothing(Refusal::OutOfSync), _) => return Err(Error::undecided("session token")),
                _ => return Ok(None),
            }
        }
        Err(Unavailable::new("one session changed faster than its token could be checked").into())
    }

    /// The deadlines after this use; nothing where the session has ended meanwhile. Where the store takes no writes, the use is
    /// not put down, and the deadlines are what they were: a token that is good stays so.
    async fn put_down_use(
        &self,
        app: &App,
        family: &Family,
        life: Life,
        said: Activity,
        now: Timestamp,
    ) -> Result<Option<Life>> {
        let Some(change) = used(family, &life, said, &app.policy, now) else { return Ok(Some(life)) };
        match self.store.commit(family, &change).await {
            Ok(Committed::Amended) => {
                self.views.forget(family.id);
                Ok(Some(app.policy.life_at_refresh(&change.apply(family))))
            }
            Ok(_) => Ok(None),
            Err(error) => {
                tracing::warn!(%error, "the use of a session token could not be put down");
                Ok(Some(life))
            }
        }
    }
}

/// What an auth token would say of the session, and until when the token is good if nobody uses it.
fn said_of(app: &App, family: &Family, life: &Life, token: &SessionToken) -> Result<Map<String, Value>> {
    let mut said = claims::members(family.claims.as_deref())?;
    let always = [
        ("iss", json!(app.issuer)),
        ("sub", json!(family.user.as_str())),
        ("aud", json!(app.audience)),
        ("iat", json!(token.made_at().secs())),
        ("exp", json!(life.end().secs())),
        ("sid", json!(family.id.to_string())),
        ("auth_time", json!(family.authenticated_at.secs())),
        ("client_id", json!(family.client.as_str())),
        ("token_type", json!("session_token")),
    ];
    said.extend(always.map(|(name, value)| (name.to_owned(), value)));
    Ok(said)
}
