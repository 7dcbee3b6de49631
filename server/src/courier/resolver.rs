//! The system's resolver, which blocks a thread for as long as name servers please, kept within bounds.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use tenure_service::webhook::NotDelivered;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::unreachable;
use crate::limits::WEBHOOK_LOOKUPS_AT_ONCE;

/// Resolves so many names at once, and no more. Whoever gives up leaves the thread behind until the resolver does as well; the store
/// is read on threads of the same pool, so that without a bound a name server that is down would stop refreshes.
pub(super) struct Resolver(Arc<Semaphore>);

impl Default for Resolver {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(WEBHOOK_LOOKUPS_AT_ONCE)))
    }
}

impl Resolver {
    /// Every address of `name`, at least one.
    pub(super) async fn addresses(&self, name: &str, port: u16) -> Result<Vec<SocketAddr>, NotDelivered> {
        let one = self.0.clone().acquire_owned().await.map_err(unreachable)?;
        let asked = (name.to_owned(), port);
        let found = spawn_blocking(move || {
            let _one = one;
            (asked.0.as_str(), asked.1).to_socket_addrs().map(Iterator::collect::<Vec<_>>)
        });
        let found = found.await.map_err(unreachable)?;
        let found = found.map_err(|error| unreachable(format!("{name}: {error}")))?;
        if found.is_empty() {
            return Err(unreachable(format!("{name} has no address")));
        }
        Ok(found)
    }
}
