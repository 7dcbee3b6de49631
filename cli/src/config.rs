//! The configuration: one TOML file, every key overridable from the environment, unknown keys refused.

pub mod console;
mod keys;
mod layers;
mod urls;

pub use keys::{KEYS, schema};

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tenure_core::time::Span;
use tenure_service::lengths;
use tenure_service::limits::{KEPT_DAYS, Retention};
use tenure_service::service::Reach;
use zeroize::Zeroizing;

use console::ConsolePlace;

/// Everything that `serve` needs to know.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where clients reach this server: what issuers begin with.
    pub public_url: String,
    /// Addresses to listen on.
    pub listen: Vec<SocketAddr>,
    /// Where the console listens, or `none`.
    pub console_listen: String,
    /// Where browsers reach the console.
    pub console_url: Option<String>,
    /// Where sessions are stored.
    pub store: String,
    /// The key ring's file.
    pub ring_file: PathBuf,
    /// The key ring itself, in place of a file.
    pub ring: Option<String>,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Threads that serve requests.
    pub worker_threads: usize,
    /// Sessions kept in memory.
    pub cached_sessions: usize,
    /// The log.
    pub log: Log,
    /// How long what is over is kept.
    pub retention: Kept,
    /// Traces.
    pub telemetry: Telemetry,
    /// TLS of our own.
    #[serde(default)]
    pub tls: TlsFiles,
    /// Webhooks.
    pub webhooks: Webhooks,
}

/// Webhooks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Whether they may lead to addresses that are not public.
    pub allow_private: bool,
}

impl Webhooks {
    /// How far messages may go.
    pub fn reach(&self) -> Reach {
        if self.allow_private { Reach::Anywhere } else { Reach::Public }
    }
}

/// TLS of our own.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate and its chain.
    pub cert: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

/// Traces.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// The collector, if there is one.
    pub otlp_endpoint: Option<String>,
    /// How many of a hundred requests are traced.
    pub sampled_percent: u8,
}

/// The log.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// What is logged.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
}

/// How long what is over is kept, as lengths of time are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    events: String,
    sessions: String,
}

/// How log lines look.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
    /// Reads `file` if there is one, then the environment, then what the command line says; checks all of it.
    pub fn load(file: Option<&Path>, flags: &[(&str, String)]) -> Result<(Self, toml::Table), String> {
        // What is not text cannot be ours.
        let texts = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let environment = texts.filter(|(name, _)| name.starts_with("TENURE__"));
        Self::from_layers(file, environment.collect(), flags)
    }

    fn from_layers(
        file: Option<&Path>,
        environment: Vec<(String, String)>,
        flags: &[(&str, String)],
    ) -> Result<(Self, toml::Table), String> {
        let mut table = layers::defaults()?;
        if let Some(path) = file {
            layers::add_file(&mut table, path)?;
        }
        layers::add_environment(&mut table, environment)?;
        for (key, value) in flags {
            layers::set(&mut table, key, value)?;
        }
        let config: Self =
            table.clone().try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
        config.check()?;
        Ok((config, table))
    }

    /// The file of the embedded store.
    pub fn sqlite_path(&self) -> Result<PathBuf, String> {
        match self.store.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(PathBuf::from(path)),
            Some(("postgres" | "postgresql", _)) => {
                Err("store: PostgreSQL is not available yet; use sqlite:PATH".to_owned())
            }
            _ => Err("store: must be sqlite:PATH".to_owned()),
        }
    }

    /// Where the console is to be, if anywhere.
    pub fn console(&self) -> Result<Option<ConsolePlace>, String> {
        console::place(&self.console_listen, self.console_url.as_deref())
    }

    /// The certificate's file and its key's, if TLS is to be ours.
    pub fn certificate(&self) -> Result<Option<(PathBuf, PathBuf)>, String> {
        match (&self.tls.cert, &self.tls.key) {
            (None, None) => Ok(None),
            (Some(cert), Some(key)) => Ok(Some((cert.clone(), key.clone()))),
            _ => Err("tls: needs both cert and key".to_owned()),
        }
    }

    /// The ring given as text, if it was.
    pub fn ring_text(&self) -> Option<Zeroizing<String>> {
        self.ring.clone().map(Zeroizing::new)
    }

    /// How long what is over is kept.
    pub fn retention(&self) -> Result<Retention, String> {
        let days = Span::from_days(*KEPT_DAYS.start())..=Span::from_days(*KEPT_DAYS.end());
        let read = |key: &str, text: &str| {
            let span = lengths::parse(text).map(Span::from_secs).filter(|span| days.contains(span));
            let (least, most) = KEPT_DAYS.into_inner();
            span.ok_or(format!(
                "retention.{key}: must be a length of time such as 30d, from {least}d to {most}d"
            ))
        };
        Ok(Retention {
            events: read("events", &self.retention.events)?,
            sessions: read("sessions", &self.retention.sessions)?,
        })
    }

    fn check(&self) -> Result<(), String> {
        self.retention()?;
        urls::check("public_url", &self.public_url)?;
        self.console()?;
        if self.listen.is_empty() {
            return Err("listen: must name at least one address".to_owned());
        }
        if !(1..=1024).contains(&self.worker_threads) {
            return Err("worker_threads: must be between 1 and 1024".to_owned());
        }
        self.certificate()?;
        let endpoint = self.telemetry.otlp_endpoint.as_deref();
        if endpoint.is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err(
                "telemetry.otlp_endpoint: must be an address such as http://localhost:4318".to_owned()
            );
        }
        if self.telemetry.sampled_percent > 100 {
            return Err("telemetry.sampled_percent: must be between 0 and 100".to_owned());
        }
        self.sqlite_path().map(drop)
    }
}

#[cfg(test)]
mod tests;
