//! `/metrics` in the OpenMetrics text format. Counts, never names: each label has a handful of values, all of them ours.

mod lines;
mod of_http;
mod of_keys;
mod of_process;
mod of_service;
mod of_store;

use std::fmt;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::registry::Registry;
use tenure_service::credentials::Role;
use tenure_service::error::Error;
use tokio::task::spawn_blocking;

use self::lines::{Lines, Written};
use crate::address::Peer;
use crate::answer::Answer;
use crate::api_caller::require;
use crate::state::Http;

/// What was done since the start. Outside `dev` it needs an API key.
pub async fn show(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    if !http.options.open_metrics {
        require(&http, peer, &headers, Role::Verify, None)?;
    }
    // What the system says of the disk and of this process stands in files.
    let text = spawn_blocking(move || text(http)).await.map_err(Error::bug)?.map_err(Error::bug)?;
    let mut response = Response::new(Body::from(text));
    let content_type = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    Ok(response)
}

fn text(http: Http) -> Result<String, fmt::Error> {
    let mut ours = Registry::with_prefix("tenure");
    ours.register_collector(Box::new(Collected(http.clone(), of_us)));
    // These have names that every dashboard knows.
    let mut common = Registry::default();
    common.register_collector(Box::new(Collected(http, |_, lines| of_process::write(lines))));
    let mut text = String::new();
    encode_registry(&mut text, &ours)?;
    encode_registry(&mut text, &common)?;
    encode_eof(&mut text)?;
    Ok(text)
}

fn of_us(http: &Http, lines: &mut Lines<'_>) -> Written {
    lines.gauges("build_info", "The version of the program; always 1", "version", [(VERSION, 1)])?;
    of_service::write(&http.service, lines)?;
    of_keys::write(&http.service, lines)?;
    of_http::write(http, lines)?;
    match http.service.store_figures() {
        Some(figures) => of_store::write(&figures, lines),
        None => Ok(()),
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

struct Collected(Http, fn(&Http, &mut Lines<'_>) -> Written);

impl fmt::Debug for Collected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collected")
    }
}

impl Collector for Collected {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Written {
        (self.1)(&self.0, &mut Lines::new(encoder))
    }
}
