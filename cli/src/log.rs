//! What is said of what happens: logs to standard error, and traces to a collector where there is one.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::output::Fault;

/// Holds the way to the collector open; dropping it sends what is left.
pub struct Traces {
    #[cfg(feature = "otel")]
    _exported: Option<crate::traces::Exported>,
}

/// Logs, and traces if the configuration names a collector.
pub fn log_and_trace(config: &Config) -> Result<Traces, Fault> {
    match &config.telemetry.otlp_endpoint {
        None => log(&config.log.filter, config.log.format).map(|()| Traces {
            #[cfg(feature = "otel")]
            _exported: None,
        }),
        Some(endpoint) => traced(config, endpoint),
    }
}

/// Logs only.
pub fn log(filter: &str, format: LogFormat) -> Result<(), Fault> {
    let filter = EnvFilter::try_new(filter).map_err(Fault::failed)?;
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    match format {
        LogFormat::Text => lines.with_ansi(false).init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}

#[cfg(not(feature = "otel"))]
fn traced(_: &Config, _: &str) -> Result<Traces, Fault> {
    Err(Fault::failed(
        "telemetry.otlp_endpoint: this program was built without traces: build it with `--features otel`, or leave it out",
    ))
}

#[cfg(feature = "otel")]
fn traced(config: &Config, endpoint: &str) -> Result<Traces, Fault> {
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;
    use tracing_subscriber::{Layer as _, Registry, fmt};

    let filter = EnvFilter::try_new(&config.log.filter).map_err(Fault::failed)?;
    let lines = fmt::layer::<Registry>().with_writer(std::io::stderr).with_ansi(false);
    let lines = match config.log.format {
        LogFormat::Text => lines.with_filter(filter).boxed(),
        LogFormat::Json => lines.json().with_filter(filter).boxed(),
    };
    let (exported, layer) = crate::traces::export(endpoint, config.telemetry.sampled_percent)?;
    tracing_subscriber::registry().with(lines).with(layer).init();
    Ok(Traces { _exported: Some(exported) })
}
