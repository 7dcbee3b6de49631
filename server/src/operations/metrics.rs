//! `/metrics` in the OpenMetrics text format. Counts, never names.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::registry::Registry;
use tenure_service::credentials::Role;
use tenure_service::error::Error;

use crate::address::Peer;
use crate::answer::Answer;
use crate::api_caller::require;
use crate::state::Http;

const ROWS: [&str; 4] = ["rotated", "replayed", "reissued", "fast_forwarded"];

/// What was done since the start. Outside `dev` it needs an API key.
pub async fn show(State(http): State<Http>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Answer {
    if !http.options.open_metrics {
        require(&http, peer, &headers, Role::Verify, None)?;
    }
    let mut registry = Registry::with_prefix("tenure");
    registry.register_collector(Box::new(Tallied(http)));
    let mut text = String::new();
    encode(&mut text, &registry).map_err(Error::bug)?;
    let mut response = Response::new(Body::from(text));
    let content_type = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    Ok(response)
}

struct Tallied(Http);

impl std::fmt::Debug for Tallied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tallied")
    }
}

impl Collector for Tallied {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let tallies = self.0.service.tallies();
        let mut count = |name: &str, help: &str, value: &AtomicU64| {
            let counter = ConstCounter::new(value.load(Ordering::Relaxed));
            let metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
            counter.encode(metric)
        };
        for (row, value) in ROWS.iter().zip(&tallies.served) {
            count(&format!("refreshes_{row}"), "Refreshes served by this row of the rotation table", value)?;
        }
        count("refreshes_refused", "Refresh tokens with a valid tag that were refused", &tallies.refused)?;
        count("sessions_reused", "Sessions ended because a replaced token came back", &tallies.reused)?;
        count("sessions_opened", "Sessions opened", &tallies.opened)?;
        count("sessions_ended", "Sessions ended on request", &tallies.ended)?;
        count("decisions_repeated", "Decisions made again because somebody else was faster", &tallies.stale)
    }
}
