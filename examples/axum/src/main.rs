//! A small service on axum: it signs its users in by itself, and Tenure keeps them signed in.

mod tenure;

use std::{collections::HashMap, env, sync::Arc};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::json;

use tenure::{Tenure, User, cookie, not_now};

type Error = Box<dyn std::error::Error + Send + Sync>;

struct App {
    tenure: Tenure,
    /// Your users are your own. There is one here, `ann`: the hash of her password.
    ann: String,
}

const SIGN_IN: &str = r#"<form method="post" action="/sign-in"><input name="user" placeholder="ann" required>
  <input name="password" type="password" placeholder="correct horse" required><button>Sign in</button></form>"#;
const SIGN_OUT: &str = r#"<a href="/me">Who am I?</a>
  <form method="post" action="/sign-out"><button>Sign out</button></form>
  <form method="post" action="/sign-out-everywhere"><button>Sign out everywhere</button></form>"#;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let ann = Argon2::default().hash_password(b"correct horse")?.to_string();
    let routes = Router::new()
        .route("/", get(home))
        .route("/me", get(me))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/sign-out-everywhere", post(sign_out_everywhere))
        .layer(middleware::from_fn(own_form))
        .with_state(Arc::new(App { tenure: Tenure::from_env()?, ann }));
    let port = env::var("PORT").unwrap_or("3000".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://localhost:{port}");
    Ok(axum::serve(listener, routes).await?)
}

/// A form of another site signs nobody in or out.
async fn own_form(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site");
    if request.method() == Method::POST && site.is_some_and(|site| site != "same-origin") {
        return (StatusCode::FORBIDDEN, "This form is of another site.").into_response();
    }
    next.run(request).await
}

async fn home(user: Option<User>) -> Html<String> {
    let form = if user.is_some() { SIGN_OUT } else { SIGN_IN };
    Html(format!("<!doctype html><title>Example</title>{form}"))
}

async fn me(user: User) -> Response {
    let answer = json!({ "user": user.claims.user() });
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

async fn sign_in(
    State(app): State<Arc<App>>,
    before: Option<User>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Response, Response> {
    let given = |name| form.get(name).cloned().unwrap_or_default();
    let (user, password, hash) = (given("user"), given("password"), app.ann.clone());
    // It takes a while, and is done for strangers too, so that the time tells nothing.
    let is_right = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    if !is_right.await.unwrap_or(false) || user != "ann" {
        return Err((StatusCode::UNAUTHORIZED, "No such user and password.").into_response());
    }
    let opened = app.tenure.open_session(&user).await.map_err(not_now)?;
    if let Some(before) = before {
        app.tenure.end_session(&before).await.map_err(not_now)?;
    }
    Ok(home_with(opened))
}

async fn sign_out(State(app): State<Arc<App>>, user: User) -> Result<Response, Response> {
    app.tenure.end_session(&user).await.map_err(not_now)?;
    Ok(home_with(cookie("", 0)))
}

async fn sign_out_everywhere(State(app): State<Arc<App>>, user: User) -> Result<Response, Response> {
    app.tenure.end_user(&user).await.map_err(not_now)?;
    Ok(home_with(cookie("", 0)))
}

fn home_with(cookie: String) -> Response {
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}
