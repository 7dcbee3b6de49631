//! Who is an admin: making links, and with them admins, changing roles, and taking them away. There is always an owner.

use tenure_core::id::{AppId, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_store::{Expected, Filter, Kind, Record, Unavailable, Write, Written};
use tenure_wire::admin::Admin;
use zeroize::Zeroizing;

use super::{AdminLinkCode, AdminRole, role_of};
use crate::audit::Act;
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::limits::{ADMIN_LINK_LIFE, ADMIN_LINKS, ADMIN_NAME_CHARS, ADMINS, ATTEMPTS};
use crate::records::{self, AdminLinkRecord, AdminRecord};
use crate::service::Service;

/// Whom the first link is for.
pub const FIRST_ADMIN: &str = "owner";
const RECORDS_A_READ: u32 = 1000;

/// An admin as stored, understood.
struct Known {
    record: Record,
    admin: AdminRecord,
    role: AdminRole,
}

impl Service {
    /// A one-time link for the admin `name`, good for [`ADMIN_LINK_LIFE`]. A new name becomes an admin with `role`; the first
    /// of all is an owner if no role is given. A role that is given to one who has another replaces it, and a lower one ends
    /// their sessions.
    ///
    /// Refuses a new name without a role, and to lower the last owner.
    pub async fn make_admin_link(&self, name: &str, role: Option<AdminRole>) -> Result<AdminLinkCode> {
        check_name(name)?;
        let _turn = self.turn().await?;
        self.console_app_once().await?;
        for _ in 0..ATTEMPTS {
            let now = self.now()?;
            let code = self.drawn_code(name, now)?;
            let known = self.known_admins().await?;
            let (mut writes, lowered) = appointed(&known, name, role, now)?;
            writes.extend(self.room_for_a_link(now).await?);
            let link = code.record(&self.ring.load())?;
            writes.push(records::put(Kind::AdminLink, code.id().to_owned(), &link, Expected::Absent)?);
            if self.store.write(&writes).await? == Written::All {
                if lowered {
                    self.end_sessions_of_admin(name).await?;
                }
                return Ok(code);
            }
        }
        Err(too_fast())
    }

    /// A link for an owner, for whoever starts this process: for the first by name, who is made if there is none.
    pub async fn make_owner_link(&self) -> Result<AdminLinkCode> {
        let admins = self.known_admins().await?;
        let owner = admins.iter().find(|known| known.role == AdminRole::Owner);
        let name = owner.map_or(FIRST_ADMIN, |owner| &owner.record.key);
        self.audit_of_machine(Act::on("admin_link_made", name)).await?;
        self.make_admin_link(name, Some(AdminRole::Owner)).await
    }

    /// Every admin, by name.
    pub async fn admins(&self) -> Result<Vec<Admin>> {
        let admins = self.known_admins().await?;
        let shown = admins.into_iter().map(|known| Admin {
            name: known.record.key,
            role: known.role.as_str().to_owned(),
            created_at: Timestamp::from_millis(known.admin.created_at_ms).secs(),
            signed_in_at: known.admin.signed_in_at_ms.map(|at| Timestamp::from_millis(at).secs()),
        });
        Ok(shown.collect())
    }

    /// Takes an admin away: their sessions end, and their open links open nothing.
    ///
    /// Refuses the last owner.
    pub async fn remove_admin(&self, name: &str) -> Result<()> {
        let _turn = self.turn().await?;
        for _ in 0..ATTEMPTS {
            let known = self.known_admins().await?;
            let admin = find(&known, name).ok_or(Error::NotFound("admin"))?;
            let mut writes = vec![Write {
                kind: Kind::Admin,
                key: name.to_owned(),
                expected: Expected::Version(admin.record.version),
                value: None,
            }];
            writes.extend(another_owner(&known, admin)?);
            let links = self.open_links().await?;
            writes.extend(links.into_iter().filter(|(_, link)| link.admin == name).map(|(id, _)| closed(id)));
            if self.store.write(&writes).await? == Written::All {
                return self.end_sessions_of_admin(name).await;
            }
        }
        Err(too_fast())
    }

    fn drawn_code(&self, name: &str, now: Timestamp) -> Result<AdminLinkCode> {
        let secret = Zeroizing::new(fresh(&*self.entropy)?);
        Ok(AdminLinkCode::new((fresh(&*self.entropy)?, secret), name, now.plus(ADMIN_LINK_LIFE)))
    }

    async fn known_admins(&self) -> Result<Vec<Known>> {
        let found = self.store.records(Kind::Admin, "", None, RECORDS_A_READ).await?;
        let known = found.into_iter().map(|record| {
            let admin = records::read(Kind::Admin, &record)?;
            Ok(Known { role: role_of(&record.key, &admin)?, record, admin })
        });
        known.collect()
    }

    async fn open_links(&self) -> Result<Vec<(String, AdminLinkRecord)>> {
        let found = self.store.records(Kind::AdminLink, "", None, RECORDS_A_READ).await?;
        found
            .into_iter()
            .map(|record| Ok((record.key.clone(), records::read(Kind::AdminLink, &record)?)))
            .collect()
    }

    /// Closes links that have expired, and the oldest where there are too many.
    async fn room_for_a_link(&self, now: Timestamp) -> Result<Vec<Write>> {
        let mut links = self.open_links().await?;
        links.sort_by_key(|(_, link)| std::cmp::Reverse(link.expires_at_ms));
        let good = links.iter().filter(|(_, link)| now.millis() < link.expires_at_ms).count();
        Ok(links.into_iter().skip(good.min(ADMIN_LINKS - 1)).map(|(id, _)| closed(id)).collect())
    }

    async fn end_sessions_of_admin(&self, name: &str) -> Result<()> {
        let app = self.app(&AppId::console())?;
        let user = UserId::parse(name).map_err(Error::bug)?;
        self.end_until_done(&app, Filter::of_user(app.id.clone(), user), EndReason::Admin).await
    }
}

/// The writes that make `name` an admin with `role`, and whether that is less than before.
fn appointed(
    known: &[Known],
    name: &str,
    role: Option<AdminRole>,
    now: Timestamp,
) -> Result<(Vec<Write>, bool)> {
    let Some(admin) = find(known, name) else {
        let role = match role {
            Some(role) => role,
            None if known.is_empty() => AdminRole::Owner,
            None => {
                let says = "must be given for a new admin: owner, operator or read_only";
                return Err(Error::invalid("role", says));
            }
        };
        if known.len() >= ADMINS {
            return Err(Error::Conflict(format!("there are {ADMINS} admins already")));
        }
        let new = AdminRecord {
            role: role.as_str().to_owned(),
            created_at_ms: now.millis(),
            signed_in_at_ms: None,
        };
        return Ok((vec![records::put(Kind::Admin, name.to_owned(), &new, Expected::Absent)?], false));
    };
    let Some(role) = role.filter(|role| *role != admin.role) else { return Ok((Vec::new(), false)) };
    let changed = AdminRecord { role: role.as_str().to_owned(), ..admin.admin.clone() };
    let expected = Expected::Version(admin.record.version);
    let mut writes = vec![records::put(Kind::Admin, name.to_owned(), &changed, expected)?];
    writes.extend(another_owner(known, admin)?);
    Ok((writes, role < admin.role))
}

/// For an owner who is to be one no more: a write that holds only while another one is there. The two of two owners who
/// lower each other at the same moment cannot both come about.
fn another_owner(known: &[Known], leaving: &Known) -> Result<Option<Write>> {
    if leaving.role != AdminRole::Owner {
        return Ok(None);
    }
    let other = known.iter().find(|k| k.role == AdminRole::Owner && k.record.key != leaving.record.key);
    let other = other.ok_or_else(|| {
        Error::Conflict(format!("{} is the only owner: make another one first", leaving.record.key))
    })?;
    let Record { key, version, bytes } = other.record.clone();
    Ok(Some(Write { kind: Kind::Admin, key, expected: Expected::Version(version), value: Some(bytes) }))
}

fn find<'k>(known: &'k [Known], name: &str) -> Option<&'k Known> {
    known.iter().find(|known| known.record.key == name)
}

fn closed(id: String) -> Write {
    Write { kind: Kind::AdminLink, key: id, expected: Expected::Any, value: None }
}

fn too_fast() -> Error {
    Unavailable::new("admins changed faster than one could be changed").into()
}

/// Refuses what an admin cannot be called: two names that look the same must not be two admins.
pub fn check_name(name: &str) -> Result<()> {
    let visible = |c: char| c == ' ' || !(c.is_control() || c.is_whitespace() || is_invisible(c));
    let fits = (1..=ADMIN_NAME_CHARS).contains(&name.chars().count()) && UserId::parse(name).is_ok();
    if fits && name.trim() == name && name.chars().all(visible) {
        return Ok(());
    }
    Err(Error::invalid("name", format!("must be 1 to {ADMIN_NAME_CHARS} visible characters")))
}

/// Characters that take no room, or turn the text around them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
