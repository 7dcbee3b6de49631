//! A node: the store's folder, its lock, the service on top, and the listeners.

mod console;

pub use console::Console;

use std::fs::{self, TryLockError};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tenure_server::console::{ConsoleOptions, router as pages};
use tenure_server::courier::HttpCourier;
use tenure_server::limits::CourierPatience;
use tenure_server::router::router;
use tenure_server::serve::{Listener, serve};
use tenure_server::state::{Http, HttpOptions};
use tenure_server::tls::Tls;
use tenure_service::clock::Clock;
use tenure_service::entropy::{Entropy as _, SystemEntropy};
use tenure_service::limits::PRUNED_AT_ONCE;
use tenure_service::ring::{RingFile, RingSource};
use tenure_service::service::{Options, Service};
use tenure_sqlite::{OpenError, Options as SqliteOptions, Sqlite};
use tenure_store::{Kind, Store};
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::output::Fault;
use crate::web;

/// When space is given back for the first time after a start.
const FIRST_CLEANING: Duration = Duration::from_secs(60);
/// How long nothing is looked at once there was nothing left to remove.
const CLEANING_EVERY: Duration = Duration::from_secs(3600);
/// Between two commits that remove something.
const CLEANING_PAUSE: Duration = Duration::from_millis(100);

/// The socket through which the owner's commands speak to a running node.
pub const SOCKET: &str = "tenure.sock";

/// The name of the node that an embedded store has: no second process can open it.
pub const ONLY_NODE: &str = "only";

/// Makes a folder that only its owner may enter.
pub fn make_private(folder: &Path) -> Result<(), Fault> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Fault::failed(format!("{}: {error}", folder.display())))
}

/// The ring in `path`, made with one fresh key if neither it nor anything written with a ring is there yet.
///
/// A store that was written with a ring which is gone is refused: under a new one all its sessions would be lost.
pub async fn ring_or_new(path: &Path, store: &Store) -> Result<RingSource, Fault> {
    if !path.exists() {
        let written = store.records(Kind::Canary, "", None, 1).await.map_err(Fault::failed)?;
        if !written.is_empty() {
            return Err(Fault::failed(format!(
                "the key ring {} is missing, and the store beside it was written with one: put that ring back. No new one \
                 was made, because under another ring every session would be lost",
                path.display()
            )));
        }
        RingFile::with_key(&random()?).write(path).map_err(Fault::failed)?;
    }
    Ok(RingSource::File(path.to_owned()))
}

/// 32 random bytes.
pub fn random() -> Result<[u8; 32], Fault> {
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes).map_err(Fault::failed)?;
    Ok(bytes)
}

/// What tells a new store from every other.
pub fn incarnation() -> Result<u64, Fault> {
    Ok(u64::from_le_bytes(random()?[..8].try_into().map_err(Fault::failed)?))
}

/// Opens the embedded store. With `migrate` it is brought to this binary's schema, or made.
pub fn open_sqlite(path: &Path, migrate: bool) -> Result<Store, Fault> {
    if !migrate && !path.exists() {
        return Err(Fault::failed(format!(
            "there is no store at {} yet: `tenure migrate` makes it",
            path.display()
        )));
    }
    let options = SqliteOptions { migrate, ..SqliteOptions::new(incarnation()?) };
    let opened = Sqlite::open(path, options).map_err(|error| match error {
        OpenError::NotMigrated { .. } => {
            Fault::failed(format!("{}: {error}, with `tenure migrate`", path.display()))
        }
        other => Fault::failed(other),
    });
    Ok(Store::new(Arc::new(opened?)))
}

/// Carries messages to webhooks, and believes whomever this machine believes.
pub fn courier() -> HttpCourier {
    HttpCourier::new(web::client, CourierPatience::default())
}

/// Starts the service.
pub async fn start(
    store: Store,
    ring: RingSource,
    clock: Arc<dyn Clock>,
    options: Options,
) -> Result<Arc<Service>, Fault> {
    Service::start(store, ring, clock, Arc::new(SystemEntropy), options).await.map_err(Fault::failed)
}

/// Binds every address; one on 127.0.0.1 is bound on `[::1]` as well where the machine has that: whoever says `localhost` means
/// either, and must not reach another program.
pub async fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Fault> {
    let mut listeners = Vec::new();
    for address in addresses {
        let mut bound = bind_both(*address).await;
        // A free port may be free in one of the two families only.
        for _ in 0..8 {
            if bound.is_ok() || address.port() != 0 {
                break;
            }
            bound = bind_both(*address).await;
        }
        listeners.extend(bound?);
    }
    Ok(listeners)
}

async fn bind_both(address: SocketAddr) -> Result<Vec<TcpListener>, Fault> {
    let cannot = |address: SocketAddr, error| Fault::failed(format!("cannot listen on {address}: {error}"));
    let first = TcpListener::bind(address).await.map_err(|error| cannot(address, error))?;
    let port = first.local_addr().map_err(Fault::failed)?.port();
    let mut both = vec![first];
    if address.ip() == Ipv4Addr::LOCALHOST {
        let twin = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
        match TcpListener::bind(twin).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(cannot(twin, error)),
            bound => both.extend(bound.ok()),
        }
    }
    Ok(both)
}

/// Holds `folder` for one server: two stores may lie in it, but it has one socket.
fn lock(folder: &Path) -> Result<fs::File, Fault> {
    let path = folder.join("tenure.lock");
    let said = |error: &dyn std::fmt::Display| Fault::failed(format!("{}: {error}", path.display()));
    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = file.map_err(|error| said(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault::failed(format!(
            "another server runs in {}: each needs a folder of its own",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(said(&error)),
    }
}

/// Gives space back, a little at a time and seldom.
async fn keep_house(service: Arc<Service>) {
    let mut rest = FIRST_CLEANING;
    loop {
        tokio::time::sleep(rest).await;
        rest = match service.give_space_back().await {
            // Less than a kind's worth: there is hardly anything left, and looking costs a scan.
            Ok(removed) if removed < u64::from(PRUNED_AT_ONCE) => CLEANING_EVERY,
            Ok(_) => CLEANING_PAUSE,
            Err(error) => {
                tracing::warn!(%error, "space could not be given back; it is tried again later");
                CLEANING_EVERY
            }
        };
    }
}

/// Serves until the process is told to stop, then drains. Says `ready` once everything answers: the network, the owner's
/// socket, and signals.
pub async fn run(
    service: Arc<Service>,
    http: HttpOptions,
    (listeners, console): (Vec<TcpListener>, Option<Console>),
    data_dir: &Path,
    ready: impl FnOnce() -> Result<(), Fault>,
) -> Result<(), Fault> {
    let signals = Signals::listen()?;
    allow_many_files();
    let socket = data_dir.join(SOCKET);
    let _lock = lock(data_dir)?;
    // Whoever holds the folder's lock owns the socket: one that is there was left behind.
    let _ = fs::remove_file(&socket);
    let owner =
        UnixListener::bind(&socket).map_err(|e| Fault::failed(format!("{}: {e}", socket.display())))?;
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o600)).map_err(Fault::failed)?;
    let prefix: String = random()?[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let (connections, tls) = (http.connections.clone(), http.tls.clone());
    let console_url = console.as_ref().map(|console| console.url.clone());
    let http = Http::new(service.clone(), HttpOptions { console_url, ..http });
    let router = router(http.clone(), prefix);
    let mut all = of_network(listeners, tls.as_ref());
    all.push(Listener::Owner(owner));
    let (stop, stopped) = watch::channel(false);
    let mut served = JoinSet::new();
    if let Some(Console { listeners, secure, url }) = console {
        let pages = pages(http.clone(), ConsoleOptions { origin: url });
        let listeners = of_network(listeners, tls.as_ref().filter(|_| secure));
        served.spawn(serve(pages, listeners, stopped.clone(), connections.clone()));
    }
    served.spawn(serve(router, all, stopped.clone(), connections));
    served.spawn(service.clone().deliver_webhooks(Arc::new(http.options.courier.clone()), stopped));
    tokio::spawn(keep_house(service.clone()));
    let following = service.clone();
    tokio::spawn(async move { following.follow_ring().await });
    let following = service.clone();
    tokio::spawn(async move { following.follow_feed().await });
    ready()?;
    signals.wait_for_the_end(&service, tls.as_ref()).await;
    tracing::info!("stopping: accepted requests finish first");
    let _ = stop.send(true);
    http.close_streams();
    while let Some(done) = served.join_next().await {
        done.map_err(Fault::failed)?;
    }
    service.say_goodbye().await;
    let _ = fs::remove_file(&socket);
    Ok(())
}

/// Listeners of the network, with TLS of our own if there is any.
fn of_network(listeners: Vec<TcpListener>, tls: Option<&Tls>) -> Vec<Listener> {
    let of_network = |listener| match tls {
        Some(tls) => Listener::Secure(listener, tls.clone()),
        None => Listener::Network(listener),
    };
    listeners.into_iter().map(of_network).collect()
}

/// Each connection is an open file. Systems start a process with a low limit, for programs that cannot do with more, and let it
/// raise that itself.
pub fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

/// What the process is told from outside.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// From here on a signal waits to be heard, and does not end the process by itself.
    fn listen() -> Result<Self, Fault> {
        let on = |kind| signal(kind).map_err(Fault::failed);
        Ok(Self {
            terminate: on(SignalKind::terminate())?,
            interrupt: on(SignalKind::interrupt())?,
            hang_up: on(SignalKind::hangup())?,
        })
    }

    /// Until SIGTERM or SIGINT. SIGHUP reads the key ring and the certificate again.
    async fn wait_for_the_end(mut self, service: &Service, tls: Option<&Tls>) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => {
                    service.reload_ring().await;
                    if let Some(tls) = tls.cloned() {
                        let _ = tokio::task::spawn_blocking(move || tls.reload()).await;
                    }
                }
            }
        }
    }
}

/// The runtime.
pub fn runtime(threads: usize) -> Result<tokio::runtime::Runtime, Fault> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(threads).enable_all().build().map_err(Fault::failed)
}
