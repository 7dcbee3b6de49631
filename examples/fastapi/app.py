"""A small service on FastAPI: it signs its users in by itself, and Tenure keeps them signed in."""

import hashlib
import hmac
import json
import os
import secrets
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import urllib3
import uvicorn
from fastapi import Depends, FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from tenure_verify import Refused, Unavailable, Verified, Verifier

ISSUER, API_KEY = os.environ["TENURE_ISSUER"], os.environ["TENURE_API_KEY"]

# Follows the revocation feed, so that a session that ends anywhere is refused here at once.
verifier = Verifier.from_env()
verifier.start()
http = urllib3.PoolManager(timeout=5, retries=False)
app = FastAPI()


def hashed(password: str) -> bytes:
    return hashlib.scrypt(password.encode(), salt=SALT, n=2**14, r=8, p=1)


# Your users are your own. These are in memory, and one of them exists.
SALT = secrets.token_bytes(16)
USERS = {"ann": hashed("correct horse")}
NOBODY = secrets.token_bytes(64)


def tenure(method: str, path: str, *, form: dict[str, str] | None = None, body: Any = None) -> Any:
    """Asks Tenure's API, with a form (OAuth) or with JSON. Trouble is 503: nothing has changed for the user, who may try again."""
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": kind}
    content = urlencode(form) if form else json.dumps(body)
    try:
        answer = http.request(method, ISSUER + path, body=content, headers=headers)
        why = f"{answer.status} {answer.data.decode()}" if answer.status >= 400 else ""
    except urllib3.exceptions.HTTPError as error:
        why = type(error).__name__
    if why:
        print(f"{method} {path}: {why}")
        raise HTTPException(503, "Not now. Please try again in a moment.", {"Retry-After": "2"})
    return json.loads(answer.data) if answer.data else None


def open_session(user: str) -> Any:
    """Opens a session, and exchanges its auth token for one opaque token that a cookie can hold."""
    opened = tenure("POST", "/sessions", body={"user_id": user, "amr": ["pwd"]})["auth_result"]
    return tenure("POST", "/oauth/token", form={
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": opened["auth_token"],
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "requested_token_type": "urn:tenure:params:oauth:token-type:session",
    })


# Scripts cannot read it, other sites cannot send it along with a form, other hosts cannot set it.
NAME = "__Host-session"
COOKIE: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}


def who_is_it(request: Request) -> Verified | None:
    """Whoever is signed in. Trouble is 503 and signs nobody out."""
    try:
        return verifier.verify(request.cookies.get(NAME, ""))
    except Refused:
        return None
    except Unavailable as trouble:
        raise HTTPException(trouble.status, trouble.body, trouble.headers) from None


MaybeSession = Annotated[Verified | None, Depends(who_is_it)]


def signed_in(session: MaybeSession) -> Verified:
    if session is None:
        raise HTTPException(401, "Sign in first.")
    return session


Session = Annotated[Verified, Depends(signed_in)]


def own_form(request: Request) -> None:
    """A form of another site signs nobody in or out."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(403, "This form is of another site.")


SIGN_IN = """<form method="post" action="/sign-in"><input name="user" placeholder="ann" required>
  <input name="password" type="password" placeholder="correct horse" required><button>Sign in</button></form>"""
SIGN_OUT = """<a href="/me">Who am I?</a> <form method="post" action="/sign-out"><button>Sign out</button></form>
  <form method="post" action="/sign-out-everywhere"><button>Sign out everywhere</button></form>"""


@app.get("/", response_class=HTMLResponse)
def home(session: MaybeSession) -> str:
    return "<!doctype html><title>Example</title>" + (SIGN_OUT if session else SIGN_IN)


@app.get("/me")
def me(session: Session) -> Response:
    return JSONResponse({"user": session.user_id}, headers={"Cache-Control": "no-store"})


Text = Annotated[str, Form(max_length=200)]


@app.post("/sign-in", dependencies=[Depends(own_form)])
def sign_in(request: Request, before: MaybeSession, user: Text, password: Text) -> Response:
    # For strangers too, so that the time tells nothing.
    if not hmac.compare_digest(hashed(password), USERS.get(user, NOBODY)):
        raise HTTPException(401, "No such user and password.")
    opened = open_session(user)
    if before:
        tenure("POST", "/oauth/revoke", form={"token": request.cookies[NAME]})
    response = RedirectResponse("/", 303)
    response.set_cookie(NAME, opened["access_token"], max_age=opened["authorization_expires_in"], **COOKIE)
    return response


@app.post("/sign-out", dependencies=[Depends(own_form), Depends(signed_in)])
def sign_out(request: Request) -> Response:
    tenure("POST", "/oauth/revoke", form={"token": request.cookies[NAME]})
    return signed_out()


@app.post("/sign-out-everywhere", dependencies=[Depends(own_form)])
def sign_out_everywhere(session: Session) -> Response:
    tenure("DELETE", f"/users/{quote(session.user_id, safe='')}/tokens")
    return signed_out()


def signed_out() -> Response:
    response = RedirectResponse("/", 303)
    response.delete_cookie(NAME, **COOKIE)
    return response


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "3000"))
    print(f"http://localhost:{port}", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
