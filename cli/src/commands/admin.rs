//! `tenure admin link|list|remove`.

use clap::{Args, Subcommand, ValueEnum};
use http::Method;
use serde_json::{Value, json};
use tenure_wire::admin::{Admin, AdminLink, AdminList};

use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};
use crate::times::{ago, ahead};

#[derive(Subcommand)]
pub enum AdminCommand {
    /// Print a one-time link into the console, good for 15 minutes; a new name becomes an admin.
    Link(Link),
    /// List those who may use the console.
    List(Remote),
    /// Take an admin away: their sessions of the console end.
    Remove(Remove),
}

#[derive(Args)]
pub struct Link {
    /// Whom it signs in.
    #[arg(long, default_value = "owner")]
    name: String,
    /// What they may do from now on. Must be given for a new name, unless it is the first.
    #[arg(long)]
    role: Option<Role>,
    #[command(flatten)]
    remote: Remote,
}

/// What an admin may do.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Role {
    /// Everything: apps, keys, admins.
    Owner,
    /// End sessions, change the settings of apps.
    Operator,
    /// See everything.
    ReadOnly,
}

#[derive(Args)]
pub struct Remove {
    /// The admin's name.
    name: String,
    #[command(flatten)]
    remote: Remote,
}

pub fn run(command: AdminCommand, output: Output) -> Result<(), Fault> {
    match command {
        AdminCommand::Link(link) => {
            let role = link.role.and_then(|role| Some(role.to_possible_value()?.get_name().to_owned()));
            let body = json!({"name": link.name, "role": role});
            let made: AdminLink = link.remote.call(Method::POST, "/v1/admin-links", Some(&body))?;
            output.say(&made, in_words)
        }
        AdminCommand::List(remote) => {
            let list: AdminList = remote.get("/v1/admins")?;
            output.list(
                &list,
                |list| list.admins.iter().map(line).collect(),
                "Nobody may use the console yet.",
            )
        }
        AdminCommand::Remove(remove) => {
            let path = format!("/v1/admins/{}", escaped(&remove.name));
            let _: Value = remove.remote.call(Method::DELETE, &path, None)?;
            let words = format!("{} may not use the console any more.", remove.name);
            output.say(&json!({"removed": remove.name}), |_| words)
        }
    }
}

fn in_words(link: &AdminLink) -> String {
    let expires = ahead(link.expires_at);
    format!(
        "{}\n\nSigns {} in, once. It expires {expires}; whoever has it first gets in.",
        link.url, link.admin
    )
}

fn line(admin: &Admin) -> String {
    let seen =
        admin.signed_in_at.map_or("has never signed in".to_owned(), |at| format!("signed in {}", ago(at)));
    format!("{}  {}  {seen}", admin.name, admin.role)
}
