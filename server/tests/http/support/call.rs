//! A request, put together piece by piece.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use http::response::Parts;
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tenure_server::address::Peer;
use tower::ServiceExt as _;

use super::answer::Answer;

/// A request that has not been sent. Can be sent more than once.
#[derive(Clone)]
pub struct Call {
    router: Router,
    method: Method,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
    peer: Peer,
}

impl Call {
    pub fn new(router: Router, method: Method, path: &str) -> Self {
        let peer = Peer::Network(SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 40_000)));
        Self { router, method, path: path.to_owned(), headers: Vec::new(), body: Vec::new(), peer }
    }

    /// One header more.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.push((name, HeaderValue::from_bytes(value.as_bytes()).unwrap()));
        self
    }

    /// An API key, or whatever else is sent as Bearer.
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    /// A body of JSON.
    pub fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// A form.
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(pairs);
        self.header("content-type", "application/x-www-form-urlencoded").body(body.finish())
    }

    /// A body as it is.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// From another address.
    pub fn peer(mut self, address: impl Into<IpAddr>) -> Self {
        self.peer = Peer::Network(SocketAddr::new(address.into(), 40_000));
        self
    }

    /// From the process's own socket.
    pub fn own_socket(mut self) -> Self {
        self.peer = Peer::Owner;
        self
    }

    /// Sends it, and reads the whole answer.
    pub async fn send(self) -> Answer {
        let (parts, body) = self.sent().await;
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        super::browser::set_cookies(&parts.headers); // Whatever sets a cookie in a test sets a good one.
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends it; the body is yet to be read.
    pub async fn sent(self) -> (Parts, Body) {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request.extension(self.peer).body(Body::from(self.body)).unwrap();
        self.router.oneshot(request).await.unwrap().into_parts()
    }
}
