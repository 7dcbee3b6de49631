//! Who may use the playground.

use http::HeaderMap;

use crate::address::Peer;
use crate::answer::Failure;
use crate::code::Code;
use crate::own_page;
use crate::state::Http;

/// Refuses 403 whoever is not a browser or a program of this machine: a server that listens on a network must not open sessions
/// for that network, and a page of another site must not act through the browser of whoever runs `dev`.
pub(super) fn require_this_machine(http: &Http, peer: Peer, headers: &HeaderMap) -> Result<(), Failure> {
    let near = match peer {
        Peer::Owner => true,
        Peer::Network(address) => address.ip().to_canonical().is_loopback(),
    };
    let own = http.options.dev.as_ref().is_some_and(|dev| own_page::sent_it(dev.listen, headers));
    if near && own {
        return Ok(());
    }
    Err(Failure::new(
        Code::Forbidden,
        "The playground is for browsers on the machine that the server runs on.",
        "Open the address that `tenure dev` printed, on that machine. Nothing was changed.",
    ))
}
