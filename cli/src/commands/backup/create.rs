//! `tenure backup create`: by the server if one runs, else here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use http::Method;
use serde::Serialize;
use serde_json::json;
use tenure_service::backup::{back_up, shown};
use tenure_service::clock::{Clock as _, SystemClock};
use tenure_service::error::Error;
use tenure_wire::recovery::{BackupMade, BackupStatus};

use super::{Place, folder_of, words};
use crate::node;
use crate::output::{Fault, Output};
use crate::remote::Remote;

/// How often the server is asked whether it has finished.
const ASK_EVERY: Duration = Duration::from_millis(100);

#[derive(Args)]
pub struct Create {
    /// The file to make; a new one in the store's folder, under backups, when absent.
    #[arg(long)]
    to: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Made {
    #[serde(flatten)]
    backup: BackupMade,
    /// Where the key ring is, which is not in it.
    ring: String,
}

pub fn run(create: &Create, output: Output) -> Result<(), Fault> {
    let database = create.place.database()?;
    let folder = folder_of(&database);
    let to = match &create.to {
        Some(to) => std::path::absolute(to).map_err(Fault::failed)?,
        None => new_file(folder)?,
    };
    if to.exists() {
        return Err(Fault::refused(format!(
            "{} is there already: a backup never overwrites a file",
            to.display()
        )));
    }
    let remote = Remote::of_folder(folder.to_owned());
    let made = if remote.answers() { by_server(&remote, &to)? } else { here(&database, &to)? };
    output.say(&made, in_words)
}

/// A name that says when, in a folder that only its owner may enter.
fn new_file(folder: &Path) -> Result<PathBuf, Fault> {
    if !folder.is_dir() {
        return Err(Fault::failed(format!("there is no folder {}", folder.display())));
    }
    let backups = std::path::absolute(folder.join("backups")).map_err(Fault::failed)?;
    node::make_private(&backups)?;
    Ok(backups.join(format!("tenure-{}.backup", words::stamp(SystemClock::default().now()))))
}

fn by_server(remote: &Remote, to: &Path) -> Result<Made, Fault> {
    let body = json!({"to": to.to_str().ok_or_else(|| Fault::failed("the file's name must be UTF-8"))?});
    let mut status: BackupStatus = remote.call(Method::POST, "/v1/backups", Some(&body))?;
    while status.running.is_some() {
        std::thread::sleep(ASK_EVERY);
        status = remote.get("/v1/backups")?;
    }
    match (status.failed, status.last) {
        (None, Some(backup)) => Ok(Made { backup, ring: status.ring }),
        (failed, _) => Err(Fault::failed(failed.unwrap_or_else(|| "the server made no backup".to_owned()))),
    }
}

fn here(database: &Path, to: &Path) -> Result<Made, Fault> {
    let store = node::open_sqlite(database, false)?;
    let now = SystemClock::default().now();
    let manifest = node::runtime(1)?.block_on(back_up(&store, to, now)).map_err(|error| match error {
        Error::Unavailable(_) => Fault::unreachable(error),
        other => Fault::failed(other),
    })?;
    let ring = folder_of(database).join("ring.toml");
    let ring = if ring.exists() {
        ring.display().to_string()
    } else {
        "the place that ring_file of the server's configuration names".to_owned()
    };
    Ok(Made { backup: shown(&manifest, &to.to_string_lossy()), ring })
}

fn in_words(made: &Made) -> String {
    let Made { backup, ring } = made;
    format!(
        "{file} is made: {holds}.\n\
         The key ring is not in it, nor anything that opens a session: it is kept in {ring}. Keep a copy of the ring as well, apart \
         from backups: without its {keys} this backup is of no use, and whoever has both can forge.\n\
         Check it where it is kept: tenure backup verify {file} --ring-file RING",
        file = backup.file,
        holds = words::holds(backup),
        keys = words::keys(&backup.ring_keys),
    )
}
