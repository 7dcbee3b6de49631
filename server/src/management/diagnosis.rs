//! `/v1/diagnosis`.

use std::time::Duration;

use axum::extract::{Extension, State};
use http::HeaderMap;
use tenure_service::credentials::Role;
use tenure_service::error::Error;
use tenure_wire::diagnosis::{Diagnosis, ProcessCondition, Proxies, StoreCondition};
use tokio::task::spawn_blocking;

use crate::address::Peer;
use crate::answer::{Answer, ok};
use crate::api_caller::require;
use crate::process::Process;
use crate::state::Http;

/// How this node does. Costs a few commits, one after the other.
pub async fn show(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    require(&http, peer, &headers, Role::Admin, None)?;
    let times = http.service.time_commits().await?;
    let (now, seen) = http.service.clock_and_mark();
    let asking = http.clone();
    // Both are read from files.
    let asked = spawn_blocking(move || (store(&asking, &times), process(&asking))).await;
    let (store, process) = asked.map_err(Error::bug)?;
    ok(&Diagnosis {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        public_url: http.service.public_url().to_owned(),
        now: now.secs(),
        seen: seen.secs(),
        proxies: proxies(&http),
        store,
        process,
    })
}

fn proxies(http: &Http) -> Proxies {
    let arrivals = http.measures.arrivals();
    Proxies {
        own_tls: http.options.tls.is_some(),
        trusted: http.options.trusted_proxies.iter().map(ToString::to_string).collect(),
        requests: arrivals.network,
        forwarded: arrivals.forwarded,
        not_believed: arrivals.not_believed,
        not_believed_from: arrivals.not_believed_from.map(|address| address.to_string()),
    }
}

fn store(http: &Http, times: &[Duration]) -> StoreCondition {
    let disk = http.service.store_figures().and_then(|figures| figures.disk);
    let at = |percent: usize| {
        let time = times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
        time.map_or(0, |time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    };
    StoreCondition {
        probes: u32::try_from(times.len()).unwrap_or(u32::MAX),
        p50_micros: at(50),
        p99_micros: at(99),
        free_bytes: disk.map(|disk| disk.free_bytes),
        total_bytes: disk.map(|disk| disk.total_bytes),
        in_memory: disk.is_some_and(|disk| disk.in_memory),
    }
}

fn process(http: &Http) -> ProcessCondition {
    let process = Process::read();
    ProcessCondition {
        open_files: process.open_files,
        open_files_limit: process.open_files_limit,
        connections_limit: http.options.patience.connections as u64,
    }
}
