//! `tenure dev`: everything on one machine, from one command.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use tenure_core::settings::Settings;
use tenure_server::state::{Dev, HttpOptions};
use tenure_service::clock::{Clock, SystemClock, VirtualClock};
use tenure_service::credentials::Caller;
use tenure_service::limits::Retention;
use tenure_service::service::{Options, Reach, Service};
use tenure_wire::app::CreateApp;
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use crate::config::LogFormat;
use crate::config::console::ConsolePlace;
use crate::log;
use crate::node::{self, Console};
use crate::output::{Fault, Output};

const DEMO: &str = "demo";
const CONSOLE_PORT: u16 = 7801;

#[derive(Args)]
pub struct DevArguments {
    /// Where everything is kept.
    #[arg(long, default_value = "tenure-data")]
    data_dir: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:7800")]
    listen: SocketAddr,
    /// Where the console listens; port 0 takes a free one [default: 127.0.0.1:7801, or a free port where --listen takes one].
    #[arg(long, value_name = "ADDRESS")]
    console_listen: Option<SocketAddr>,
    /// Do without the console.
    #[arg(long, conflicts_with = "console_listen")]
    no_console: bool,
    /// Let POST /dev/clock move time.
    #[arg(long)]
    virtual_clock: bool,
    /// Threads that serve requests.
    #[arg(long, default_value_t = 2)]
    worker_threads: usize,
    /// Sessions kept in memory.
    #[arg(long, default_value_t = 100_000)]
    cached_sessions: usize,
    /// What is logged.
    #[arg(long, default_value = "warn")]
    log: String,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Ready {
    url: String,
    app_id: String,
    issuer: String,
    api_key: String,
    console_url: Option<String>,
    data_dir: String,
}

pub fn run(arguments: DevArguments, output: Output) -> Result<(), Fault> {
    log::log(&arguments.log, LogFormat::Text)?;
    node::runtime(arguments.worker_threads)?.block_on(serve(arguments, output))
}

async fn serve(arguments: DevArguments, output: Output) -> Result<(), Fault> {
    node::make_private(&arguments.data_dir)?;
    let data_dir = arguments.data_dir.canonicalize().map_err(Fault::failed)?;
    let listeners = node::bind(&[arguments.listen]).await?;
    let listen = local(&listeners)?;
    let console = bind_console(&arguments).await?;
    let store = node::open_sqlite(&data_dir.join("tenure.db"), true)?;
    let ring = node::ring_or_new(&data_dir.join("ring.toml"), &store).await?;
    let seen = store.high_water().await.map_err(Fault::failed)?;
    let (clock, virtual_clock): (Arc<dyn Clock>, _) = if arguments.virtual_clock {
        let clock = Arc::new(VirtualClock::default());
        clock.catch_up_with(seen);
        (clock.clone(), Some(clock))
    } else {
        (Arc::new(SystemClock::default()), None)
    };
    refuse_a_past(&*clock, seen)?;
    let options = Options {
        node: node::ONLY_NODE.to_owned(),
        public_url: format!("http://localhost:{}", listen.port()),
        dev: true,
        cached_sessions: arguments.cached_sessions,
        retention: Retention::default(),
        webhook_reach: Reach::AndThisMachine,
    };
    let service = node::start(store, ring, clock, options).await?;
    create_demo_once(&service).await?;
    let link = match &console {
        Some(console) => Some(link_into(console, &service).await),
        None => None,
    };
    let dev = Some(Dev { listen, virtual_clock });
    let http = HttpOptions { open_metrics: true, dev, courier: node::courier(), ..HttpOptions::default() };
    let ready = || {
        let link = link.as_ref().map(|link| link.as_str());
        say_ready(&service, (listen, link), &data_dir.to_string_lossy(), output)
    };
    node::run(service.clone(), http, (listeners, console), &data_dir, ready).await
}

/// A one-time link; where the store cannot keep one, just where the console is.
async fn link_into(console: &Console, service: &Service) -> Zeroizing<String> {
    match service.make_owner_link().await {
        Ok(code) => code.link(&console.url),
        Err(error) => {
            tracing::warn!(%error, "no link into the console could be made; `tenure admin link` makes one");
            Zeroizing::new(console.url.clone())
        }
    }
}

async fn bind_console(arguments: &DevArguments) -> Result<Option<Console>, Fault> {
    if arguments.no_console {
        return Ok(None);
    }
    let port = if arguments.listen.port() == 0 { 0 } else { CONSOLE_PORT };
    let address = arguments.console_listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    if !address.ip().is_loopback() {
        return Err(Fault::failed(
            "--console-listen: must be an address of this machine alone, such as 127.0.0.1:7801",
        ));
    }
    Console::bind(ConsolePlace { address, url: None }).await.map(Some)
}

fn local(listeners: &[TcpListener]) -> Result<SocketAddr, Fault> {
    let first = listeners.first().ok_or_else(|| Fault::failed("nothing to listen on"))?;
    first.local_addr().map_err(Fault::failed)
}

/// A store that a virtual clock took into the future cannot be served by an ordinary one.
fn refuse_a_past(clock: &dyn Clock, seen: tenure_core::time::Timestamp) -> Result<(), Fault> {
    let behind = seen.since(clock.now());
    if behind > tenure_core::limits::CLOCK_BEHIND {
        return Err(Fault::failed(format!(
            "this data directory has seen a time {} s ahead of this machine's clock, as after --virtual-clock: start with \
             --virtual-clock, or with another --data-dir",
            behind.secs()
        )));
    }
    Ok(())
}

/// A first app to try things with. One that was removed does not come back while there is another.
async fn create_demo_once(service: &Service) -> Result<(), Fault> {
    if service.apps(&Caller::owner()).is_empty() {
        let new = CreateApp { id: Some(DEMO.to_owned()), name: "Demo".to_owned() };
        let settings = Settings { refresh_tokens: true, ..Settings::default() };
        service.create_app_with(&new, &settings).await.map_err(Fault::failed)?;
    }
    Ok(())
}

fn say_ready(
    service: &Service,
    (listen, console): (SocketAddr, Option<&str>),
    data_dir: &str,
    output: Output,
) -> Result<(), Fault> {
    let apps = service.apps(&Caller::owner());
    let app = apps.iter().find(|app| app.public.id == DEMO).or(apps.first());
    let app = &app.ok_or_else(|| Fault::failed("there is no app"))?.public;
    let key = service.dev_api_key().ok_or_else(|| Fault::failed("there is no development key"))?;
    let ready = Ready {
        url: format!("http://localhost:{}", listen.port()),
        app_id: app.id.clone(),
        issuer: app.issuer.clone(),
        api_key: key.reveal().to_owned(),
        console_url: console.map(str::to_owned),
        data_dir: data_dir.to_owned(),
    };
    output.say(&ready, banner)
}

fn banner(ready: &Ready) -> String {
    format!(
        "Tenure is ready at {url}

  issuer    {issuer}
  keys      {issuer}/.well-known/jwks.json
  API key   {api_key}
{console}  play      {url}/play
  data      {data_dir}

Open a first session:

  curl -s {issuer}/sessions \\
    -H 'Authorization: Bearer {api_key}' \\
    -H 'Content-Type: application/json' \\
    -d '{{\"user_id\": \"ann\"}}'
",
        url = ready.url,
        issuer = ready.issuer,
        api_key = ready.api_key,
        console = ready.console_url.as_ref().map_or(String::new(), |url| format!("  console   {url}\n")),
        data_dir = ready.data_dir,
    )
}
