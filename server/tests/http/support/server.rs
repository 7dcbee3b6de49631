//! A server on a real socket of this machine, for what only bytes can show.

use std::net::SocketAddr;
use std::time::Duration;

use tenure_server::connections::Connections;
use tenure_server::limits::Patience;
use tenure_server::serve::{Listener, serve_within};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::world::World;

/// Longer than anything here may take: a test that waits this long has failed.
const STUCK: Duration = Duration::from_secs(20);

/// Serves a [`World`] until it is told to stop.
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Server {
    pub async fn of(world: &World, patience: Patience) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let listeners = vec![Listener::Network(listener)];
        let serving = tokio::spawn(serve_within(
            world.router.clone(),
            listeners,
            stopped,
            patience,
            Connections::default(),
        ));
        Self { address, stop, serving }
    }

    pub async fn connect(&self) -> Wire {
        Wire(TcpStream::connect(self.address).await.unwrap())
    }

    /// Sends these bytes on a connection of their own, and reads until the server closes it.
    pub async fn says(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut wire = self.connect().await;
        wire.send(bytes).await;
        wire.rest().await
    }

    /// Tells it to stop; waits until it has.
    pub async fn stopped(self) {
        self.stop();
        tokio::time::timeout(STUCK, self.serving).await.expect("the server stops").unwrap();
    }

    /// Tells it to stop, if it has not been told.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }
}

/// One connection.
pub struct Wire(TcpStream);

impl Wire {
    /// Sends, unless the server has closed already.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref()).await;
    }

    /// Whatever comes until the server closes.
    pub async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(STUCK, self.0.read_to_end(&mut bytes)).await;
        let _ = read.expect("the server closes the connection");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What comes until `end` has come.
    pub async fn until(&mut self, end: &str) -> String {
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.contains(end) {
            let read = tokio::time::timeout(STUCK, self.0.read(&mut buffer)).await.expect("an answer");
            match read.unwrap_or(0) {
                0 => break,
                n => text.push_str(&String::from_utf8_lossy(&buffer[..n])),
            }
        }
        text
    }
}
