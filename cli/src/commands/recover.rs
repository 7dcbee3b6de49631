//! `tenure recover`.

use clap::Args;
use http::Method;
use serde_json::json;
use tenure_wire::recovery::{RecoveryStatus, Restored};

use crate::counts::count;
use crate::output::{Fault, Output};
use crate::remote::Remote;
use crate::times::{moment, moment_from_here};

#[derive(Args)]
pub struct RecoverArguments {
    /// For how long clients that are ahead of the store may go on: 90m, 24h, 7d.
    #[arg(long = "for", value_name = "TIME", default_value = "24h", value_parser = seconds)]
    length: u32,
    /// Say whether recovery is open; change nothing.
    #[arg(long, conflicts_with_all = ["close", "length"])]
    show: bool,
    /// Close it: clients that are ahead of the store wait.
    #[arg(long, conflicts_with = "length")]
    close: bool,
    #[command(flatten)]
    remote: Remote,
}

pub fn run(arguments: RecoverArguments, output: Output) -> Result<(), Fault> {
    let (method, body) = match (arguments.show, arguments.close) {
        (true, _) => (Method::GET, None),
        (_, true) => (Method::DELETE, None),
        _ => (Method::POST, Some(json!({"seconds": arguments.length}))),
    };
    let status: RecoveryStatus = arguments.remote.call(method, "/v1/recovery", body.as_ref())?;
    output.say(&status, in_words)
}

/// `90m`, `24h` or `7d` as seconds.
fn seconds(text: &str) -> Result<u32, String> {
    let says = || "a number and s, m, h or d, such as 24h".to_owned();
    let unit = text.chars().last().ok_or_else(says)?;
    let each: u32 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(says()),
    };
    let number: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| says())?;
    number.checked_mul(each).ok_or_else(says)
}

fn in_words(status: &RecoveryStatus) -> String {
    let closes_at = status.closes_at.map(moment_from_here).unwrap_or_default();
    let mut text = match status.state.as_str() {
        "open" => format!(
            "Recovery is open until {closes_at}. Clients whose tokens are newer than the store go on from them. Until then the ring's \
             keys and a session's id are enough to take that session over: close it with `tenure recover --close` when no more clients come."
        ),
        "awaited" => "Recovery was never opened since the store was restored. Clients whose tokens are newer than the store wait (503), \
                      and so do those of sessions that were opened after the backup: nobody is signed out. `tenure recover --for 24h` \
                      lets the first go on and has the others sign in again."
            .to_owned(),
        _ => "Recovery is closed. Clients whose tokens are newer than the store wait (503).".to_owned(),
    };
    text += &format!(
        "\nSince the server started, {} went on, and {} {} told to wait.",
        count(status.fast_forwarded, "client"),
        count(status.out_of_sync, "request"),
        if status.out_of_sync == 1 { "was" } else { "were" },
    );
    if let Some(restored) = &status.restored {
        text += &lost_in_words(restored, status.state == "awaited");
    }
    text
}

fn lost_in_words(restored: &Restored, awaited: bool) -> String {
    let ends = match restored.ends_lost {
        Some(0) if restored.ended_again == 0 => "None is known of.".to_owned(),
        Some(0) => format!("Those that were known have been made again: {}.", restored.ended_again),
        Some(n) => format!(
            "{n} were known and have not been made again: restore once more with --ends-from, or end those sessions."
        ),
        None => "Which these are is not known: end what must not live.".to_owned(),
    };
    format!(
        "\nThe store was restored at {} from a backup of {}. What happened in between {} lost:\n\
         \x20 * Sessions opened in between: their users sign in again.\n\
         \x20 * Ends in between: who signed out, was ended, or was caught with a stolen token is signed in again. {ends}\n\
         \x20 * Changes of apps, settings and keys: an API key that was revoked in between works again, \
         unless it was restored with --ends-from.",
        moment(restored.at),
        moment(restored.backup_made_at),
        if awaited { "will be" } else { "is" },
    )
}
