//! How long searches among many sessions take that hardly anything matches: `searches <directory>`, in which `writer_rate` has
//! filled a store. Each is made several times; the slowest counts.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::path::Path;
use std::time::Instant;

use tenure_core::id::{AppId, ClientId, Kid};
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_sqlite::{Options, Sqlite};
use tenure_store::{EndWhere, Filter, Page, Sessions, Status};

/// When the store was filled, and a moment when all that is in it lives.
const START: Timestamp = Timestamp::from_secs(1_900_000_000);
const TIMES: u32 = 5;

#[tokio::main]
async fn main() {
    let directory = std::env::args().nth(1).expect("the directory of a filled store");
    let path = Path::new(&directory).join("writer_rate.db");
    let started = Instant::now();
    let store = Sqlite::open(&path, Options::new(1).migrating()).unwrap();
    println!("opened in {} ms", started.elapsed().as_millis());
    let app = || Filter::of_app(AppId::parse("shop").unwrap());
    for (what, filter) in [
        ("all of an app", app()),
        ("live", Filter { status: Some(Status::Live), ..app() }),
        ("ended", Filter { status: Some(Status::Ended), ..app() }),
        ("ended: reused", Filter { reason: Some(EndReason::Reused), ..app() }),
        ("idle", Filter { status: Some(Status::Live), active_before: Some(START), ..app() }),
        ("of a client", Filter { client: Some(ClientId::parse("nobody").unwrap()), ..app() }),
        ("of a version", Filter { settings_version: Some(99), ..app() }),
        (
            "under a key",
            Filter { kid: Some(Kid(9)), status: Some(Status::MayReturn), ..Filter::of_every_app() },
        ),
    ] {
        let (mut listed, mut counted, mut all, mut ended) = (0, 0, 0, 0);
        let (mut rows, mut total) = (0, 0);
        for _ in 0..TIMES {
            let begun = Instant::now();
            let page = Page { after: None, limit: 50 };
            rows = store.list(&filter, START, page).await.unwrap().families.len();
            listed = listed.max(begun.elapsed().as_micros());
            let begun = Instant::now();
            let mut page = Page { after: None, limit: 10_001 };
            let first = store.count(&filter, START, page).await.unwrap();
            counted = counted.max(begun.elapsed().as_micros());
            (total, page.after) = (first.sessions, first.next);
            while page.after.is_some() {
                let more = store.count(&filter, START, page).await.unwrap();
                (total, page.after) = (total + more.sessions, more.next);
            }
            all = all.max(begun.elapsed().as_micros());
            if rows == 0 {
                let begun = Instant::now();
                let end = EndWhere {
                    filter: filter.clone(),
                    after: None,
                    reason: EndReason::Admin,
                    at: START,
                    remember_until: START,
                    announce: None,
                    max: 250,
                };
                store.end_where(&end).await.unwrap();
                ended = ended.max(begun.elapsed().as_micros());
            }
        }
        let [listed, counted, all, ended] =
            [listed, counted, all, ended].map(|micros| micros as f64 / 1000.0);
        println!(
            "{what:<14} page of {rows:>2}: {listed:>6.1} ms   count to 10,001: {counted:>6.1} ms   of all {total:>7}: \
             {all:>6.1} ms   step of an end: {ended:>6.1} ms"
        );
    }
}
