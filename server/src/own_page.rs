//! Whether a request was sent by one of this machine's own pages or programs, to where this process listens.

use std::net::SocketAddr;

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// False for what a page of another site sends, or one that a foreign name leads here: its `Origin` or its `Host` gives it away.
pub fn sent_it(listen: SocketAddr, headers: &HeaderMap) -> bool {
    let own = |value: &str| {
        let host = value.rsplit_once(':').filter(|(_, port)| port.parse() == Ok(listen.port()));
        host.is_some_and(|(name, _)| matches!(name, "localhost" | "127.0.0.1" | "[::1]"))
    };
    let header = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let origin_is_own = header(ORIGIN).is_none_or(|origin| origin.strip_prefix("http://").is_some_and(own));
    header(HOST).is_some_and(own) && origin_is_own
}
