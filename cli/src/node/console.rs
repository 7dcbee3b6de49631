//! The console's own listeners, apart from those of the network.

use tokio::net::TcpListener;

use super::bind;
use crate::config::console::ConsolePlace;
use crate::output::Fault;

/// A console that listens.
pub struct Console {
    pub(super) listeners: Vec<TcpListener>,
    /// Whether TLS of our own is for it, too: not where only this machine reaches it.
    pub(super) secure: bool,
    /// Where browsers reach it, without a trailing slash.
    pub url: String,
}

impl Console {
    /// Binds it; port 0 takes a free one.
    pub async fn bind(place: ConsolePlace) -> Result<Self, Fault> {
        let listeners = bind(&[place.address]).await;
        let listeners = listeners.map_err(|fault| {
            fault
                .with("The console was to be there: let it listen elsewhere (console_listen), or turn it off")
        })?;
        let first = listeners.first().ok_or_else(|| Fault::failed("nothing for the console to listen on"))?;
        let port = first.local_addr().map_err(Fault::failed)?.port();
        let url = place.url.unwrap_or_else(|| format!("http://localhost:{port}"));
        Ok(Self { listeners, secure: !place.address.ip().is_loopback(), url })
    }
}
