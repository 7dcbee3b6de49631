//! `/v1/admins` and `/v1/admin-links`: who may use the console. For whoever can open the process's own socket, and nobody else.

use axum::body::Body;
use axum::extract::{Extension, State};
use http::{HeaderMap, StatusCode};
use serde_json::json as value;
use tenure_service::admins::{AdminRole, FIRST_ADMIN, check_name};
use tenure_service::audit::Act;
use tenure_service::error::Error;
use tenure_wire::admin::{AdminLink, AdminList, CreateAdminLink};

use crate::address::Peer;
use crate::answer::{Answer, empty, json, ok};
use crate::api_caller::require_owner;
use crate::body;
use crate::request::Path;
use crate::state::Http;

/// Everybody who may use the console.
pub async fn list(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require_owner(&http, peer, &headers)?;
    ok(&AdminList { admins: http.service.admins().await? })
}

/// Makes a one-time link, and an admin of a new name.
pub async fn create_link(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    require_owner(&http, peer, &headers)?;
    let asked: CreateAdminLink = body::json(&http, &headers, body).await?;
    let console = http.options.console_url.as_ref().ok_or_else(|| {
        Error::Conflict(
            "the console is turned off: set console_listen, or start without --no-console".to_owned(),
        )
    })?;
    let name = asked.name.as_deref().unwrap_or(FIRST_ADMIN);
    let role = asked.role.as_deref().map(parse_role).transpose()?;
    check_name(name)?;
    let act = Act { detail: value!({"role": asked.role}), ..Act::on("admin_link_made", name) };
    http.service.audit_of_machine(act).await?;
    let code = http.service.make_admin_link(name, role).await?;
    let link = AdminLink {
        url: code.link(console).to_string(),
        expires_at: code.expires_at().secs(),
        admin: code.admin().to_owned(),
    };
    Ok(json(StatusCode::CREATED, &link))
}

/// Takes an admin away.
pub async fn remove(
    State(http): State<Http>,
    Extension(peer): Extension<Peer>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer {
    require_owner(&http, peer, &headers)?;
    http.service.audit_of_machine(Act::on("admin_removed", &name)).await?;
    http.service.remove_admin(&name).await?;
    empty(StatusCode::OK)
}

fn parse_role(name: &str) -> Result<AdminRole, Error> {
    AdminRole::parse(name).ok_or_else(|| Error::invalid("role", "must be owner, operator or read_only"))
}
