//! Traces over OTLP (protobuf over HTTP) to a collector. Spans only: what is logged stays in the log.

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::registry::LookupSpan;

use crate::output::Fault;
use crate::web;

/// The way to the collector. Dropping it sends what is left, for a few seconds at most.
pub struct Exported(SdkTracerProvider);

impl Drop for Exported {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last spans did not reach the collector");
        }
    }
}

/// Sends spans of this program to `endpoint`: of the traces that begin here so many of a hundred, of those that a trusted proxy
/// has begun those that it samples. A collector that is away costs spans, and nothing else.
pub fn export<S>(endpoint: &str, sampled_percent: u8) -> Result<(Exported, impl Layer<S> + use<S>), Fault>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .map_err(|error| Fault::failed(format!("telemetry.otlp_endpoint: {error}")))?;
    let ratio = Sampler::TraceIdRatioBased(f64::from(sampled_percent) / 100.0);
    let resource = Resource::builder().with_service_name("tenure").build();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(ratio)))
        .with_resource(resource)
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("tenure"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false);
    let ours = filter_fn(|seen| seen.is_span() && seen.target().starts_with("tenure"));
    Ok((Exported(provider), layer.with_filter(ours.and(LevelFilter::DEBUG))))
}

/// Speaks to the collector from the exporter's own thread, which no runtime drives.
#[derive(Debug)]
struct Collector;

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let answer = runtime.block_on(web::post(&head.uri.to_string(), head.headers, body))?;
        let mut response = Response::new(answer.body);
        *response.status_mut() = http::StatusCode::from_u16(answer.status)?;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}
