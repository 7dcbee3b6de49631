//! `tenure key list|rotate|retire`: the keys that sign an app's auth tokens.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::json;
use tenure_service::limits::{JWKS_MAX_AGE_SECS, JWKS_STALE_SECS};
use tenure_wire::app::{SigningKey, SigningKeyList};

use crate::output::{Fault, Output};
use crate::remote::{Remote, escaped};
use crate::times::{ago, ahead};

#[derive(Subcommand)]
pub enum KeyCommand {
    /// List the signing keys of an app, oldest first.
    List(Of),
    /// Publish a new key; it signs once every verifier knows it, and the old one stays until its last token has expired.
    Rotate(Rotate),
    /// Retire a key. Nobody's token is refused, unless it is said to be compromised.
    Retire(Retire),
}

#[derive(Args)]
pub struct Of {
    /// The app.
    #[arg(long)]
    app: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Args)]
pub struct Rotate {
    /// ES256, EdDSA or RS256; another one than before changes the app's settings, too.
    #[arg(long)]
    alg: Option<String>,
    /// Why, for the operators' log.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub struct Retire {
    /// The key's id.
    kid: String,
    /// Somebody else may have the private key: its tokens are refused at once, and another key signs.
    #[arg(long)]
    compromised: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Why, for the operators' log.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    of: Of,
}

pub fn run(command: KeyCommand, output: Output) -> Result<(), Fault> {
    match command {
        KeyCommand::List(of) => say(&of.remote.get(&path(&of))?, output),
        KeyCommand::Rotate(rotate) => {
            let body = json!({"alg": rotate.alg, "reason": rotate.reason});
            let key: SigningKey = rotate.of.remote.call(Method::POST, &path(&rotate.of), Some(&body))?;
            output.say(&key, line)
        }
        KeyCommand::Retire(retire) => {
            if retire.compromised {
                let keys: SigningKeyList = retire.of.remote.get(&path(&retire.of))?;
                if !keys.signing_keys.iter().any(|key| key.kid == retire.kid) {
                    let (app, kid) = (&retire.of.app, &retire.kid);
                    return Err(Fault::refused(format!(
                        "app {app} has no key {kid}: tenure key list --app {app}"
                    )));
                }
                output.confirm(&cost(&retire, &keys.signing_keys), retire.yes)?;
            }
            let path = format!("{}/{}/retire", path(&retire.of), escaped(&retire.kid));
            let body = json!({"compromised": retire.compromised, "reason": retire.reason});
            say(&retire.of.remote.call(Method::POST, &path, Some(&body))?, output)
        }
    }
}

fn path(of: &Of) -> String {
    format!("/v1/apps/{}/signing-keys", escaped(&of.app))
}

fn say(list: &SigningKeyList, output: Output) -> Result<(), Fault> {
    output.say(list, |list| list.signing_keys.iter().map(|key| line(key) + "\n").collect())
}

fn line(key: &SigningKey) -> String {
    let mut line = format!("{}  {}  {}  made {}", key.kid, key.alg, key.state, ago(key.published_at));
    if key.state == "published" {
        line += &format!(", signs {}", ahead(key.signs_from));
    }
    if let Some(until) = key.kept_until {
        line += &format!(", leaves {}", ahead(until));
    }
    line
}

/// What taking a compromised key away costs.
fn cost(retire: &Retire, keys: &[SigningKey]) -> String {
    let (kid, app) = (&retire.kid, &retire.of.app);
    let state = keys.iter().find(|key| key.kid == *kid).map(|key| key.state.as_str());
    let read_again = read_again();
    let successor = match (state, keys.iter().find(|key| key.state == "published" && key.kid != *kid)) {
        (Some("signing"), Some(next)) => format!(
            "Key {} signs at once; it was published {}. A verifier that has not read the keys since refuses new tokens until it \
             does: {read_again}.",
            next.kid,
            ago(next.published_at)
        ),
        (Some("signing"), None) => format!(
            "A new key signs at once. A verifier that does not read the keys again when it meets one that it does not know \
             refuses new tokens until it does: {read_again}."
        ),
        _ => "It does not sign now; what signs goes on.".to_owned(),
    };
    format!(
        "Retiring key {kid} of {app} as compromised:\n\
         * Every auth token that it signed is refused: by introspection at once, by verifiers once they have read the keys again: \
         {read_again}.\n\
         * {successor}\n\
         * Nobody is signed out: each session goes on with its next refresh. Applications without refresh tokens have to sign \
         their users in again.\n\
         It cannot be undone."
    )
}

/// When a verifier that goes by the JWKS has read it again.
fn read_again() -> String {
    let (fresh, stale) = (JWKS_MAX_AGE_SECS / 60, JWKS_STALE_SECS / 60);
    format!("within {fresh} minutes, or {stale} minutes more behind a cache that hands out older copies")
}
