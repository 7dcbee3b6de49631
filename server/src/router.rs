//! Every address, and what surrounds them all.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, patch};

use crate::answer::Failure;
use crate::code::Code;
use crate::middleware::{Surroundings, around, to_the_end};
use crate::state::Http;
use crate::{client_api, cors, dev, management, oauth, operations, play};

/// The router of the public listener. `request_prefix` begins the ids of requests that bring none.
pub fn router(http: Http, request_prefix: String) -> Router {
    let all = Arc::new(Surroundings::new(request_prefix, http.clone()));
    let app = get(client_api::show_app)
        .merge(patch(management::update_app).delete(management::delete_app).layer(from_fn(to_the_end)));
    // A preflight is a method that these routes do not have: what answers it must be inside the layer that knows pages.
    let for_pages = client_api::routes()
        .merge(oauth::for_pages())
        .route("/v1/apps/{app}", app)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(http.clone(), cors::allow));
    let mut router = Router::new()
        .merge(for_pages)
        .merge(client_api::for_every_page())
        .merge(oauth::for_servers())
        .merge(management::routes().layer(from_fn(to_the_end)))
        .merge(operations::routes());
    if let Some(dev) = &http.options.dev {
        router = router.merge(play::routes().layer(from_fn(to_the_end)));
        if dev.virtual_clock.is_some() {
            router = router.merge(dev::routes());
        }
    }
    router
        .fallback(|| async { Failure::new(Code::NotFound, "There is nothing here.", "") })
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(move |request, next| {
            let all = all.clone();
            async move { around(&all, request, next).await }
        }))
        .with_state(http)
}

async fn method_not_allowed() -> Failure {
    let hint = "The Allow header names what is.";
    Failure::new(Code::MethodNotAllowed, "This method is not allowed here.", hint)
}
