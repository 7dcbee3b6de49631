//! A service with two routes, configured by the environment alone: `/me` lets in whoever is signed in, `/sure` only while the
//! verifier is sure that no session has ended meanwhile. It says where it listens.
#![allow(clippy::print_stdout)] // To whoever started it.

use axum::{Router, routing::get};
use tenure_verify::{OnStale, Policy, Session, Verifier};

async fn me(session: Session) -> String {
    session.user().to_owned()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let verifier = Verifier::from_env()?;
    let sure = verifier.require().policy(Policy::new().on_stale(OnStale::Deny));
    let app =
        Router::new().route("/me", get(me).layer(verifier.require())).route("/sure", get(me).layer(sure));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    Ok(axum::serve(listener, app).await?)
}
