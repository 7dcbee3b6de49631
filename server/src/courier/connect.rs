//! Finding a receiver: every address that its name resolves to is checked, and one of those is connected to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tenure_service::webhook::{Destination, Host, NotDelivered, Outcome, Parcel};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::resolver::Resolver;
use super::unreachable;
use crate::limits::{CourierPatience, WEBHOOK_ADDRESSES};

/// A connection to a receiver.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to one of the addresses that the parcel may go to; with TLS, to whoever proves to be that host. A name is resolved
/// here and nowhere else: what was checked is what is connected to.
pub(super) async fn connect(
    parcel: &Parcel,
    resolver: &Resolver,
    tls: Option<Arc<ClientConfig>>,
    patience: CourierPatience,
) -> Result<Box<dyn Stream>, NotDelivered> {
    let to = &parcel.to;
    let addresses = match &to.host {
        Host::Address(address) => vec![SocketAddr::new(*address, to.port)],
        Host::Name(name) => resolver.addresses(name, to.port).await?,
    };
    for address in &addresses {
        parcel.reach.admits(address.ip(), to.secure).map_err(|what| out_of_reach(to, what))?;
    }
    let tcp = first_that_answers(to, &addresses, patience).await?;
    let Some(tls) = tls else { return Ok(Box::new(tcp)) };
    let name = match &to.host {
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(unreachable)?,
        Host::Address(address) => ServerName::from(*address),
    };
    let secured = TlsConnector::from(tls).connect(name, tcp).await;
    Ok(Box::new(secured.map_err(|error| unreachable(format!("TLS: {error}")))?))
}

async fn first_that_answers(
    to: &Destination,
    addresses: &[SocketAddr],
    patience: CourierPatience,
) -> Result<TcpStream, NotDelivered> {
    let mut last = NotDelivered { outcome: Outcome::Unreachable, says: String::new() };
    for address in addresses.iter().take(WEBHOOK_ADDRESSES) {
        match timeout(patience.connect_time, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                last = unreachable(format!("{} does not take a connection: {error}", shown(to)))
            }
            Err(_) => {
                let says = format!("{} takes no connection in time", shown(to));
                last = NotDelivered { outcome: Outcome::TimedOut, says };
            }
        }
    }
    Err(last)
}

fn out_of_reach(to: &Destination, what: &str) -> NotDelivered {
    // Not which address: whoever manages webhooks need not learn how names resolve in here.
    NotDelivered { outcome: Outcome::OutOfReach, says: format!("{} leads to {what}", shown(to)) }
}

fn shown(to: &Destination) -> String {
    match &to.host {
        Host::Name(name) => name.clone(),
        Host::Address(IpAddr::V4(address)) => address.to_string(),
        Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
    }
}
