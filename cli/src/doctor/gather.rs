//! Gathering: the configuration, the files, the running server, and the server as an outsider reaches it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use http::HeaderMap;
use http::header::{AGE, DATE};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tenure_service::ring::RingSource;
use tenure_sqlite::{disk, schema};
use tenure_wire::app::{AppList, ManagedApp, SessionSettings, SigningKeyList};

use super::facts::{AppFacts, Document, Facts, Files};
use crate::config::Config;
use crate::node::SOCKET;
use crate::output::Fault;
use crate::remote::{Remote, escaped};
use crate::web;

/// Apps that are looked at; an installation of more is set up like those.
const APPS: usize = 50;

/// Looks at everything within reach. Refuses when there is neither a server nor a configuration.
pub fn facts(config: Option<&Path>, remote: Remote) -> Result<Facts, Fault> {
    let config = config.map(|file| Config::load(Some(file), &[]).map(|(config, _)| config));
    let (remote, database) = match &config {
        None => {
            let database = remote.folder().map(|folder| folder.join("tenure.db"));
            (remote, database)
        }
        Some(Ok(config)) => {
            let database = config.sqlite_path().map_err(Fault::failed)?;
            (Remote::of_folder(folder_of(&database)), Some(database))
        }
        Some(Err(_)) => {
            let why = || "the configuration cannot be used".to_owned();
            let (node, ring, backups) = (Err(why()), Err(why()), Err(why()));
            return Ok(Facts { config, node, apps: Vec::new(), ring, backups, files: None });
        }
    };
    let apps = remote.get::<AppList>("/v1/apps");
    let apps = match apps {
        Ok(list) => look_at_all(list, &remote)?,
        Err(fault) if config.is_none() => return Err(fault),
        Err(_) => Vec::new(),
    };
    let ring = config.as_ref().and_then(|config| config.as_ref().ok()).and_then(ring_of);
    let files = database.map(|database| files(&database, ring));
    Ok(of_node(&remote, config, apps, files))
}

/// Asks the node last, so that what was just asked from outside is among what it has seen.
fn of_node(
    remote: &Remote,
    config: Option<Result<Config, String>>,
    apps: Vec<AppFacts>,
    files: Option<Files>,
) -> Facts {
    Facts {
        node: said(remote, "/v1/diagnosis"),
        ring: said(remote, "/v1/ring"),
        backups: said(remote, "/v1/backups"),
        config,
        apps,
        files,
    }
}

fn said<T: DeserializeOwned>(remote: &Remote, path: &str) -> Result<T, String> {
    remote.get(path).map_err(|fault| fault.to_string())
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".as_ref()).to_owned()
}

/// The ring's file, unless the ring is given as text.
fn ring_of(config: &Config) -> Option<PathBuf> {
    config.ring.is_none().then(|| config.ring_file.clone())
}

/// They are all at one public address: when nobody answers there, it is not asked again for each.
fn look_at_all(list: AppList, remote: &Remote) -> Result<Vec<AppFacts>, Fault> {
    let mut nobody = None;
    let mut apps = Vec::new();
    for app in list.apps.into_iter().take(APPS) {
        let seen = look_at(app, remote, nobody.as_ref())?;
        nobody = nobody.or_else(|| seen.metadata.as_ref().err().cloned());
        apps.push(seen);
    }
    Ok(apps)
}

fn look_at(app: ManagedApp, remote: &Remote, nobody: Option<&String>) -> Result<AppFacts, Fault> {
    let path = format!("/v1/apps/{}", escaped(&app.public.id));
    let settings: SessionSettings<Map<String, Value>> = remote.get(&format!("{path}/session-settings"))?;
    // Not while the node's clock is wrong; what is wrong is said elsewhere then.
    let keys = remote.get::<SigningKeyList>(&format!("{path}/signing-keys"));
    let issuer = app.public.issuer;
    let public = |name: &str| match nobody {
        Some(why) => Err(why.clone()),
        None => document(&format!("{issuer}/.well-known/{name}")),
    };
    Ok(AppFacts {
        metadata: public("openid-configuration"),
        jwks: public("jwks.json"),
        id: app.public.id,
        created_at: app.created_at,
        issuer,
        preset: settings.preset,
        settings: settings.settings,
        signing_keys: keys.map(|list| list.signing_keys).unwrap_or_default(),
    })
}

fn document(url: &str) -> Result<Document, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answer = runtime.map_err(|error| error.to_string())?.block_on(web::get(url))?;
    Ok(Document {
        status: answer.status,
        made_at: made_at(&answer.headers),
        body: serde_json::from_slice(&answer.body).unwrap_or_default(),
    })
}

/// `Date`, and what a cache adds to it.
fn made_at(headers: &HeaderMap) -> Option<i64> {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let date = httpdate::parse_http_date(text(DATE)?).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    let age: i64 = text(AGE).and_then(|age| age.parse().ok()).unwrap_or(0);
    i64::try_from(since).ok().map(|date| date.saturating_add(age))
}

fn files(database: &Path, ring: Option<PathBuf>) -> Files {
    let folder = folder_of(database);
    let beside = |ending: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let ring_beside_store = ring.as_ref().is_some_and(|ring| {
        let of_ring = folder_of(ring).canonicalize().ok();
        of_ring.is_some() && of_ring == folder.canonicalize().ok()
    });
    // `dev` keeps its ring here; there is none to look at where the configuration gives it as text.
    let ring = ring.or_else(|| Some(folder.join("ring.toml")).filter(|ring| ring.exists()));
    let named = [folder.join(SOCKET), database.to_owned(), beside("-wal"), beside("-shm")];
    let modes = named.into_iter().chain(ring.clone());
    let modes = modes.filter_map(|path| {
        let mode = std::fs::metadata(&path).ok()?.permissions().mode() & 0o777;
        Some((path, mode))
    });
    Files {
        modes: modes.collect(),
        ring_beside_store,
        disk: disk(database).or_else(|| disk(&folder)),
        schema: schema(database).map_err(|error| error.to_string()),
        ring: ring.map(|path| {
            let read = RingSource::File(path.clone()).read().map(drop).map_err(|error| error.to_string());
            (path, read)
        }),
    }
}
