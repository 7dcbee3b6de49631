//! `tenure serve`: production.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tenure_server::state::HttpOptions;
use tenure_server::tls::Tls;
use tenure_service::clock::SystemClock;
use tenure_service::ring::RingSource;
use tenure_service::service::{Options, Service};

use crate::config::Config;
use crate::log;
use crate::node::{self, Console};
use crate::output::Fault;

#[derive(Args)]
pub struct ServeArguments {
    /// The configuration file.
    #[arg(long)]
    config: Option<PathBuf>,
    /// In place of the file's `store`: sqlite:PATH.
    #[arg(long)]
    store: Option<String>,
    /// In place of the file's `public_url`.
    #[arg(long)]
    public_url: Option<String>,
    /// In place of the file's `listen`.
    #[arg(long)]
    listen: Option<String>,
}

pub fn run(arguments: ServeArguments) -> Result<(), Fault> {
    let given =
        [("store", arguments.store), ("public_url", arguments.public_url), ("listen", arguments.listen)];
    let flags: Vec<_> =
        given.into_iter().filter_map(|(key, value)| value.map(|value| (key, value))).collect();
    let (config, _) = Config::load(arguments.config.as_deref(), &flags).map_err(Fault::failed)?;
    let _traces = log::log_and_trace(&config)?;
    node::runtime(config.worker_threads)?.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), Fault> {
    let path = config.sqlite_path().map_err(Fault::failed)?;
    let data_dir =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(".".as_ref()).to_owned();
    let tls = match config.certificate().map_err(Fault::failed)? {
        Some((chain, key)) => {
            Some(Tls::read(chain, key).map_err(|error| Fault::failed(format!("tls: {error}")))?)
        }
        None => None,
    };
    let listeners = node::bind(&config.listen).await?;
    let console = match config.console().map_err(Fault::failed)? {
        Some(place) => Some(Console::bind(place).await?),
        None => None,
    };
    let store = node::open_sqlite(&path, false)?;
    let ring =
        config.ring_text().map_or_else(|| RingSource::File(config.ring_file.clone()), RingSource::Text);
    let options = Options {
        node: node::ONLY_NODE.to_owned(),
        public_url: config.public_url.clone(),
        dev: false,
        cached_sessions: config.cached_sessions,
        retention: config.retention().map_err(Fault::failed)?,
        webhook_reach: config.webhooks.reach(),
    };
    let service = node::start(store, ring, Arc::new(SystemClock::default()), options).await?;
    let courier = node::courier();
    let http =
        HttpOptions { trusted_proxies: config.trusted_proxies, tls, courier, ..HttpOptions::default() };
    let console_url = console.as_ref().map(|console| console.url.clone());
    let greeted = service.clone();
    let ready = || {
        tracing::info!(public_url = %config.public_url, "serving");
        if let Some(url) = console_url {
            tokio::spawn(async move { invite(&greeted, &url).await });
        }
        Ok(())
    };
    node::run(service, http, (listeners, console), &data_dir, ready).await
}

/// Says where the console is, and as long as nobody was ever in it how to get in.
async fn invite(service: &Service, console_url: &str) {
    let link = match service.an_admin_has_signed_in().await {
        Ok(false) => service.make_owner_link().await.map(Some),
        Ok(true) => Ok(None),
        Err(error) => Err(error),
    };
    match link {
        Ok(None) => tracing::info!(console_url, "the console is ready; `tenure admin link` lets people in"),
        Ok(Some(code)) => tracing::info!(
            link = code.link(console_url).as_str(),
            "nobody has ever signed in to the console: whoever opens this link within 15 minutes becomes its owner, once. \
             `tenure admin link` makes another"
        ),
        Err(error) => {
            tracing::warn!(%error, "no link into the console could be made; `tenure admin link` makes one");
        }
    }
}
