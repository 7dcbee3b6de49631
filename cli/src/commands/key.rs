//! `tenure key list|rotate|retire`: the keys that sign an app's auth tokens, or those of the console's admins.

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
    /// List the signing keys of an app or of the console, oldest first.
    List(Of),
    /// Publish a new key; it signs once every verifier knows it, and the old one stays until its last token has expired.
    Rotate(Rotate),
    /// Retire a key. Nobody's token is refused, unless it is said to be compromised.
    Retire(Retire),
}

#[derive(Args)]
pub struct Of {
    /// The app.
    #[arg(long, required_unless_present = "console")]
    app: Option<String>,
    /// The console in place of an app: the keys that sign its admins' auth tokens. Through the server's own socket alone.
    #[arg(long, conflicts_with_all = ["app", "server"])]
    console: bool,
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
                    let (whose, kid, option) = (whose(&retire.of), &retire.kid, option(&retire.of));
                    return Err(Fault::refused(format!(
                        "{whose} has no key {kid}: tenure key list {option}"
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
    match &of.app {
        Some(app) => format!("/v1/apps/{}/signing-keys", escaped(app)),
        None => "/v1/console/signing-keys".to_owned(),
    }
}

fn whose(of: &Of) -> String {
    of.app.as_ref().map_or("the console".to_owned(), |app| format!("app {app}"))
}

fn option(of: &Of) -> String {
    of.app.as_ref().map_or("--console".to_owned(), |app| format!("--app {app}"))
}

fn say(list: &SigningKeyList, output: Output) -> Result<(), Fault> {
    let none = "There is no key yet: the console gets one with the first link into it.";
    output.list(list, |list| list.signing_keys.iter().map(line).collect(), none)
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
    match &retire.of.app {
        Some(app) => cost_of_apps(app, retire, keys),
        None => format!(
            "Retiring key {} of the console as compromised:\n\
             * Every auth token of an admin that it signed is refused at once, and another key signs.\n\
             * Nobody is signed out: each admin goes on with the next page that they open.\n\
             It cannot be undone.",
            retire.kid
        ),
    }
}

fn cost_of_apps(app: &str, retire: &Retire, keys: &[SigningKey]) -> String {
    let kid = &retire.kid;
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
         * Every auth token that it signed is refused: by introspection at once, by verifiers that follow the revocation feed \
         within moments, by others once they have read the keys again: {read_again}.\n\
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
