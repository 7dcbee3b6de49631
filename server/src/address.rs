//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The process's own socket: its owner.
    Owner,
    /// The network.
    Network(SocketAddr),
}

/// The address that failures are counted against: that of the peer or, behind proxies that the operator trusts, the last one
/// that they did not add themselves. IPv6 addresses count by their /64.
pub fn client_address(peer: Peer, headers: &HeaderMap, trusted: &[IpAddr]) -> Option<IpAddr> {
    let Peer::Network(peer) = peer else { return None };
    let mut address = peer.ip().to_canonical();
    if trusted.contains(&address) {
        let forwarded =
            headers.get_all("x-forwarded-for").iter().rev().filter_map(|value| value.to_str().ok());
        for hop in forwarded.flat_map(|value| value.rsplit(',')) {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
            address = hop.to_canonical();
            if !trusted.contains(&address) {
                break;
            }
        }
    }
    Some(match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
    })
}
