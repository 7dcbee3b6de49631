//! The people who run this installation, as the console knows them: signing in by a one-time link, going on, and leaving.
//!
//! An admin's session is a session of an app of its own, by the same rules as everybody's. What an admin may do is read from
//! their record each time, and never from a token.

mod console_app;
mod console_keys;
mod link_code;
mod roster;

pub use crate::admin_caller::{AdminCaller, AdminRole};
pub use link_code::AdminLinkCode;
use link_code::Presented;
pub use roster::{FIRST_ADMIN, check_name};

use serde_json::Value;
use tenure_core::id::{AppId, FamilyId};
use tenure_core::policy::Activity;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_store::{Expected, Filter, Kind, Record, Unavailable, Write, Written};
use tenure_wire::session::{Device, OpenRequest};

use crate::audit::{self, Act, By};
use crate::error::{Error, Result};
use crate::issue::Issued;
use crate::limits::ATTEMPTS;
use crate::open::encode_device;
use crate::records::{self, AdminLinkRecord, AdminRecord};
use crate::refresh::RefreshRequest;
use crate::service::Service;

/// The claim that says which admin of a name a session is of: when that one became an admin, in milliseconds.
const APPOINTED: &str = "appointed_at_ms";
/// The record that is there once an admin has signed in.
const ENTERED: &str = "console_entered";

impl Service {
    /// Opens a session for the admin whom the link `code` is for. However often and by however many it is used, it is used
    /// once. A code that is none, was used or came too late is one and the same error.
    ///
    /// The code is used up, and the sign-in put down, in one commit before the session is opened: where that fails, another link
    /// is needed.
    pub async fn admin_sign_in(&self, code: &str, device: Option<Device>) -> Result<Issued> {
        let code = Presented::parse(code).ok_or(Error::AdminLink)?;
        for _ in 0..ATTEMPTS {
            let (link, admin) = self.link_and_admin(&code).await?.ok_or(Error::AdminLink)?;
            let (by, act) = (By::Admin(admin.key.clone()), Act::on("signed_in", &admin.key));
            let line = self.audit_line(&by, &act)?;
            match self.store.write(&self.entering(&link, &admin, line)?).await? {
                Written::All => {
                    audit::log(&by, &act);
                    return self.open_for_admin(&admin, device).await;
                }
                // The link came first among the writes: somebody else has used it.
                Written::Conflict(0) => return Err(Error::AdminLink),
                Written::Conflict(_) => {} // The admin was changed meanwhile.
            }
        }
        Err(Unavailable::new("an admin was changed faster than they could sign in").into())
    }

    /// Goes on with a session of the console, by the one path of every refresh.
    pub async fn admin_refresh(&self, refresh_token: &str, activity: Activity) -> Result<Issued> {
        let request = RefreshRequest {
            app: &AppId::console(),
            client: None,
            token: refresh_token,
            idempotency_key: None,
            activity,
            seq: None,
        };
        match self.refresh(&request).await {
            // Nobody was ever given a link.
            Err(Error::NotFound(_)) => Err(Error::Session(Refusal::Unknown)),
            // The store lost commits: that says nothing of the session, and must not read as its end.
            Err(Error::Session(Refusal::OutOfSync)) => {
                Err(Unavailable::new("the store is behind the refresh token of an admin").into())
            }
            answer => answer,
        }
    }

    /// The admin who holds `auth_token`: one that the console's own keys signed, of a session that lives by what the store says
    /// now, and of somebody who is an admin now. `None` is nobody; an outage is an error.
    pub async fn admin_of(&self, auth_token: &str) -> Result<Option<AdminCaller>> {
        let now = self.now()?;
        let app = match self.app(&AppId::console()) {
            Err(Error::NotFound(_)) => return Ok(None), // Nobody was ever given a link.
            found => found?,
        };
        let Some(claims) = self.claims_now(&app, auth_token, now)? else { return Ok(None) };
        let Some(sid) = claims.get("sid").and_then(Value::as_str).and_then(FamilyId::parse) else {
            return Ok(None);
        };
        let Some(session) = self.live(&app, sid, now).await? else { return Ok(None) };
        let Some(record) = self.store.get(Kind::Admin, session.user.as_str()).await? else { return Ok(None) };
        let admin: AdminRecord = records::read(Kind::Admin, &record)?;
        // A session of somebody of this name who was removed is not the new one's.
        if claims.get(APPOINTED).and_then(Value::as_i64) != Some(admin.created_at_ms) {
            return Ok(None);
        }
        Ok(Some(AdminCaller {
            name: record.key.clone(),
            role: role_of(&record.key, &admin)?,
            session: session.id,
            authenticated_at: session.authenticated_at,
        }))
    }

    /// Whether the caller's session lives still: what is sent to them for as long as they look must end with it.
    pub async fn admin_is_there(&self, caller: &AdminCaller) -> Result<bool> {
        let app = self.app(&AppId::console())?;
        Ok(self.live(&app, caller.session, self.now()?).await?.is_some())
    }

    /// Ends the caller's session. `Ok` as well when it had ended before.
    pub async fn admin_sign_out(&self, caller: &AdminCaller) -> Result<()> {
        self.audit(caller, Act::on("signed_out", &caller.name)).await?;
        let app = self.app(&AppId::console())?;
        let only = Filter { session: Some(caller.session), ..Filter::of_app(app.id.clone()) };
        self.end_matching(&app, only, EndReason::User, None).await.map(drop)
    }

    /// Whether an admin has ever signed in.
    pub async fn an_admin_has_signed_in(&self) -> Result<bool> {
        Ok(self.store.get(Kind::Installation, ENTERED).await?.is_some())
    }

    /// The records of a link that is good now and of the admin whom it is for.
    async fn link_and_admin(&self, code: &Presented<'_>) -> Result<Option<(Record, Record)>> {
        let now = self.now()?;
        let Some(link) = self.store.get(Kind::AdminLink, code.id()).await? else { return Ok(None) };
        let stored: AdminLinkRecord = records::read(Kind::AdminLink, &link)?;
        if !code.is_of(&stored, &self.ring.load()) || now.millis() >= stored.expires_at_ms {
            return Ok(None);
        }
        let admin = self.store.get(Kind::Admin, &stored.admin).await?;
        Ok(admin.map(|admin| (link, admin)))
    }

    /// What one commit writes for a sign-in; the link comes first.
    fn entering(&self, link: &Record, admin: &Record, line: Write) -> Result<[Write; 4]> {
        let now_ms = self.now()?.millis();
        let entered: AdminRecord =
            AdminRecord { signed_in_at_ms: Some(now_ms), ..records::read(Kind::Admin, admin)? };
        Ok([
            Write {
                kind: Kind::AdminLink,
                key: link.key.clone(),
                expected: Expected::Version(link.version),
                value: None,
            },
            records::put(Kind::Admin, admin.key.clone(), &entered, Expected::Version(admin.version))?,
            records::put(Kind::Installation, ENTERED.to_owned(), &now_ms, Expected::Any)?,
            line,
        ])
    }

    async fn open_for_admin(&self, admin: &Record, device: Option<Device>) -> Result<Issued> {
        let appointed: AdminRecord = records::read(Kind::Admin, admin)?;
        let request = OpenRequest {
            user_id: admin.key.clone(),
            auth_time: None,
            amr: None,
            acr: None,
            claims: Some([(APPOINTED.to_owned(), appointed.created_at_ms.into())].into()),
            // What a browser says of itself must not cost the link.
            device: device.filter(|device| encode_device(Some(device)).is_ok()),
            handoff: None,
        };
        Ok(self.open_session(&AppId::console(), &request).await?.issued)
    }
}

fn role_of(name: &str, admin: &AdminRecord) -> Result<AdminRole> {
    AdminRole::parse(&admin.role).ok_or_else(|| Error::Bug(format!("admin {name} has a role that is none")))
}
