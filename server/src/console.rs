//! The console: pages for the people who run an installation, on a listener and an origin of their own.
//!
//! Decides nothing: a page asks the service, and shows what it answers. Every request passes `guard`, everything but the
//! sign-in passes `admin`.

mod apps;
mod audit;
mod home;
mod new_app;
mod session;
mod session_management;
mod sessions;
mod users;

mod ends;
mod events;
mod why;

mod sign_in;

mod at_app;

mod active;
mod admin;
mod figures;
mod guard;

mod address;
mod cookies;
mod form;
mod page;
mod query;
mod rows;
mod words;

use std::ops::Deref;
use std::sync::{Arc, Weak};

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use self::active::ActiveCount;
use self::figures::Figures;
use crate::answer::Failure;
use crate::assets;
use crate::code::Code;
use crate::middleware::to_the_end;
use crate::state::Http;

/// How the console is served.
#[derive(Clone, Debug)]
pub struct ConsoleOptions {
    /// Scheme, host and port under which browsers reach it; no trailing slash. Pages of any other origin change nothing here.
    pub origin: String,
}

/// Shared by all pages.
#[derive(Clone)]
pub(crate) struct Console(Arc<Shared>);

/// See [`Console`].
pub(crate) struct Shared {
    pub(crate) http: Http,
    pub(crate) origin: String,
    figures: Figures,
    active: Arc<ActiveCount>,
}

impl Deref for Console {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// The router of the console's listener.
pub fn router(http: Http, options: ConsoleOptions) -> Router {
    let (figures, active) = (Figures::new(&http), Arc::default());
    let console = Console(Arc::new(Shared { http, origin: options.origin, figures, active }));
    tokio::spawn(look(Arc::downgrade(&console.0)));
    let inside = Router::new()
        .merge(home::routes())
        .merge(sessions::routes())
        .merge(session::routes())
        .merge(apps::routes())
        .merge(new_app::routes())
        .merge(session_management::routes())
        .merge(users::routes())
        .merge(ends::routes())
        .merge(events::routes())
        .merge(why::routes())
        .merge(audit::routes())
        .route("/alive", get(sign_in::alive))
        .route("/sign-out", post(sign_in::leave))
        .layer(from_fn_with_state(console.clone(), admin::signed_in));
    let outside = Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/assets/{edition}/{*name}", get(assets::show));
    Router::new()
        .merge(inside)
        .merge(outside)
        .fallback(|| async { page::PageFailure::from(nothing_here()) })
        .layer(from_fn(to_the_end))
        .layer(from_fn_with_state(console.clone(), guard::around))
        .with_state(console)
}

/// Looks at the figures every few seconds, for as long as there is a console.
async fn look(console: Weak<Shared>) {
    let mut last = None;
    loop {
        tokio::time::sleep(figures::EVERY).await;
        let Some(console) = console.upgrade() else { return };
        let counted = console.active.last().filter(|active| last != Some(active.at));
        last = counted.map(|active| active.at).or(last);
        console.figures.look(&console.http, counted.map(|active| active.sessions));
    }
}

fn nothing_here() -> Failure {
    Failure::new(Code::NotFound, "There is nothing here.", "")
}
