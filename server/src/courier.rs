//! Carrying webhook messages: one request on a connection of its own, to an address that was checked, within bounds.

mod connect;
mod resolver;
mod retry_after;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::response::Parts;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tenure_service::webhook::{Answered, Courier, NotDelivered, Outcome, Parcel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::rustls::ClientConfig;

use self::connect::connect;
use self::resolver::Resolver;
use self::retry_after::retry_after;
use crate::limits::{CourierPatience, HEADERS, WEBHOOK_ANSWER_BYTES, WEBHOOK_HEAD_BYTES};

/// How we call ourselves.
const NAME: &str = concat!("tenure/", env!("CARGO_PKG_VERSION"));

/// Says whom to believe, or in words why nobody can be.
pub type Trust = fn() -> Result<ClientConfig, String>;

/// Carries messages over HTTP.
#[derive(Clone)]
pub struct HttpCourier(Arc<Held>);

struct Held {
    trust: Trust,
    tls: OnceLock<Result<Arc<ClientConfig>, String>>,
    resolver: Resolver,
    patience: CourierPatience,
}

impl HttpCourier {
    /// Believes receivers as `trust` says, which is asked with the first message that needs it.
    pub fn new(trust: Trust, patience: CourierPatience) -> Self {
        Self(Arc::new(Held { trust, tls: OnceLock::new(), resolver: Resolver::default(), patience }))
    }

    fn tls(&self) -> Result<Arc<ClientConfig>, NotDelivered> {
        let tls = self.0.tls.get_or_init(|| (self.0.trust)().map(Arc::new));
        tls.clone().map_err(unreachable)
    }
}

/// Believes nobody: speaks with receivers that need no TLS alone.
impl Default for HttpCourier {
    fn default() -> Self {
        Self::new(|| Err("this process believes no certificate".to_owned()), CourierPatience::default())
    }
}

#[async_trait]
impl Courier for HttpCourier {
    async fn deliver(&self, parcel: Parcel) -> Result<Answered, NotDelivered> {
        let patience = self.0.patience;
        // Ends with this message, however that ends.
        let mut speaking = JoinSet::new();
        let answered = timeout(patience.message_time, self.carry(parcel, &mut speaking)).await;
        let (head, body) = answered.unwrap_or_else(|_| {
            let says = format!("it did not answer within {} s", patience.message_time.as_secs_f32());
            Err(NotDelivered { outcome: Outcome::TimedOut, says })
        })?;
        let _ = timeout(patience.rest_time, thrown_away(body)).await;
        Ok(Answered { status: head.status.as_u16(), retry_after: retry_after(&head.headers) })
    }
}

impl HttpCourier {
    /// Carries `parcel` on a connection that is kept in `speaking`, and gives the head of the answer with what comes after it.
    async fn carry(
        &self,
        parcel: Parcel,
        speaking: &mut JoinSet<hyper::Result<()>>,
    ) -> Result<(Parts, Incoming), NotDelivered> {
        let request = request(&parcel)?;
        let tls = if parcel.to.secure { Some(self.tls()?) } else { None };
        let stream = connect(&parcel, &self.0.resolver, tls, self.0.patience).await?;
        let mut http = http1::Builder::new();
        http.max_buf_size(WEBHOOK_HEAD_BYTES).max_headers(HEADERS);
        let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(unreachable)?;
        speaking.spawn(connection);
        Ok(sender.send_request(request).await.map_err(said)?.into_parts())
    }
}

fn request(parcel: &Parcel) -> Result<Request<Full<Bytes>>, NotDelivered> {
    let value = |text: &str| HeaderValue::from_str(text).map_err(unreachable);
    let body = Full::new(Bytes::from(parcel.body.clone()));
    let mut request = Request::post(&parcel.to.path).body(body).map_err(unreachable)?;
    let headers = request.headers_mut();
    headers.insert(HOST, value(&parcel.to.authority)?);
    headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, text) in &parcel.headers {
        headers.insert(HeaderName::from_static(name), value(text)?);
    }
    Ok(request)
}

/// What the answer says does not matter: some of it is read so that the receiver sees an ordinary end.
async fn thrown_away(body: Incoming) {
    let mut body = Limited::new(body, WEBHOOK_ANSWER_BYTES);
    while let Some(Ok(_)) = body.frame().await {}
}

fn unreachable(why: impl ToString) -> NotDelivered {
    NotDelivered { outcome: Outcome::Unreachable, says: why.to_string() }
}

fn said(error: hyper::Error) -> NotDelivered {
    let says = match error.is_parse() || error.is_parse_too_large() {
        true => format!("its answer is no HTTP: {error}"),
        false => format!("the connection ended before it answered: {error}"),
    };
    unreachable(says)
}
