//! `attach` and `require`, as layers around any service of HTTP requests.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::answer::answer;
use crate::claims::Claims;
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::verifier::Verifier;

impl Verifier {
    /// A layer that finds out whom a request is from, and lets every request through. The service behind it finds an
    /// `Arc<`[`Claims`]`>` among the request's extensions where there is a session.
    pub fn attach(&self) -> Guard {
        Guard { verifier: self.clone(), policy: Arc::default(), requires: false }
    }

    /// A layer that answers requests without a good token itself, and lets the others through, as [`Verifier::attach`] does.
    pub fn require(&self) -> Guard {
        Guard { requires: true, ..self.attach() }
    }
}

/// What [`Verifier::attach`] and [`Verifier::require`] give.
#[derive(Clone)]
pub struct Guard {
    verifier: Verifier,
    policy: Arc<Policy>,
    requires: bool,
}

impl Guard {
    /// What is asked for beyond a good token.
    pub fn policy(self, policy: Policy) -> Self {
        Guard { policy: Arc::new(policy), ..self }
    }
}

/// Why there is no session: among the extensions of a request that [`Verifier::attach`] let through without one.
#[derive(Clone, Debug)]
pub struct WithoutSession {
    refusal: Refusal,
    policy: Arc<Policy>,
}

impl WithoutSession {
    /// Why not.
    pub fn refusal(&self) -> Refusal {
        self.refusal
    }

    /// What [`Verifier::require`] would have answered.
    pub fn answer(&self) -> Response<Bytes> {
        answer(self.refusal, &self.policy)
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { guard: self.clone(), inner }
    }
}

/// A service behind a [`Guard`].
#[derive(Clone)]
pub struct Guarded<S> {
    guard: Guard,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let guard = self.guard.clone();
        // The one that was asked whether it is ready is the one that is called.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            // The token is copied rather than the headers borrowed: not every body may be shared between threads.
            let headers = std::mem::take(request.headers_mut());
            let verdict = guard.verifier.check(&headers, &guard.policy).await;
            *request.headers_mut() = headers;
            match verdict {
                Ok(claims) => {
                    request.extensions_mut().remove::<WithoutSession>();
                    request.extensions_mut().insert(claims);
                }
                Err(refusal) if guard.requires => return Ok(answer(refusal, &guard.policy).map(R::from)),
                Err(refusal) => {
                    // A layer further out may have asked for less.
                    request.extensions_mut().remove::<Arc<Claims>>();
                    let policy = guard.policy.clone();
                    request.extensions_mut().insert(WithoutSession { refusal, policy });
                }
            }
            inner.call(request).await
        })
    }
}
