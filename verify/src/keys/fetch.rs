//! Reading an issuer's keys over HTTP: bounded, without redirects, and not twice what has not changed.

use std::sync::{Arc, Mutex, PoisonError};

use http::header::{ACCEPT, ETAG, IF_NONE_MATCH};
use http::{HeaderValue, Request, StatusCode, Uri};

use super::set::KeySet;
use crate::web::{Web, empty};

/// Where a set of keys is.
pub(crate) struct Fetch {
    web: Arc<Web>,
    address: Uri,
    etag: Mutex<Option<HeaderValue>>,
}

/// What came of it.
pub(super) enum Fetched {
    /// They are those that were read before.
    Same,
    Read(KeySet),
}

impl Fetch {
    pub(crate) fn new(web: Arc<Web>, address: Uri) -> Self {
        Fetch { web, address, etag: Mutex::new(None) }
    }

    /// Reads the keys. `Err` says in words why not, and the keys that there are stay good.
    pub(super) async fn fetch(&self, before: &KeySet) -> Result<Fetched, String> {
        let known = self.etag.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut request = Request::get(self.address.clone()).header(ACCEPT, "application/json");
        if let Some(etag) = &known {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let answer = self.web.ask(request.body(empty()).map_err(|error| error.to_string())?).await?;
        match answer.status {
            StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Fetched::Same),
            StatusCode::OK => {}
            status => return Err(format!("{}: the answer is {status}", self.address)),
        }
        let set = KeySet::read(&answer.body, before).map_err(|why| format!("{}: {why}", self.address))?;
        *self.etag.lock().unwrap_or_else(PoisonError::into_inner) = answer.headers.get(ETAG).cloned();
        Ok(Fetched::Read(set))
    }
}
