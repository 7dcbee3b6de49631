"""The adapter for FastAPI, in real FastAPI."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from tenure_verify import AsyncVerifier, ConfigurationError, Policy, Verified
from tenure_verify.errors import CODES
from tenure_verify.fastapi import Guard
from tenure_verify.testing import FakeIssuer

Session = Verified[Any]


def app_of(guard: Guard[Any]) -> FastAPI:
    app = FastAPI()

    @app.get("/me")
    async def me(session: Annotated[Session, Depends(guard.require())]) -> dict[str, Any]:
        return {"user": session.user_id, "session": session.session_id}

    @app.get("/sync")
    def sync(session: Annotated[Session, Depends(guard.require())]) -> str:
        return session.user_id

    @app.get("/maybe")
    async def maybe(session: Annotated[Session | None, Depends(guard.attach())]) -> str | None:
        return None if session is None else session.user_id

    @app.get("/strict")
    async def strict(session: Annotated[Session, Depends(guard.require(Policy(on_stale="deny")))]) -> str:
        return session.user_id

    @app.get("/pay")
    async def pay(session: Annotated[Session, Depends(guard.require(Policy(max_age=60, acr_values=("gold", "silver"))))]) -> str:
        return session.user_id

    return app


@pytest.fixture
def client(issuer: FakeIssuer) -> TestClient:
    guard = Guard(issuer.async_verifier())
    app = app_of(guard)
    guard.install(app)
    return TestClient(app)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_session_reaches_async_and_sync_routes(client: TestClient, issuer: FakeIssuer) -> None:
    assert client.get("/me", headers=bearer(issuer.token())).json() == {"user": "ann", "session": "s_1"}
    assert client.get("/sync", headers=bearer(issuer.token())).json() == "ann"
    assert client.get("/me", headers=bearer(issuer.session_token())).json() == {"user": "ann", "session": "s_1"}


def test_the_whole_answer_of_a_refusal(client: TestClient, issuer: FakeIssuer) -> None:
    answer = client.get("/me", headers=bearer(issuer.token(ttl_seconds=-1)))
    assert answer.status_code == 401
    assert answer.json() == {
        "code": "expired",
        "error": "The token has expired.",
        "hint": "Refresh it, and try again. https://github.com/tenure-rs/tenure/blob/main/docs/reference/verifier-errors.md#expired",
        "refreshable": True,
    }
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token", error_description="The token has expired."'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Retry-After" not in answer.headers


def test_callers_without_a_token_are_told_of_no_error(client: TestClient, issuer: FakeIssuer) -> None:
    twice = [("Authorization", f"Bearer {issuer.token()}")] * 2
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": ""}, twice):
        answer = client.get("/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "missing_token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_stale_feed_is_no_401(client: TestClient, issuer: FakeIssuer) -> None:
    client.get("/me", headers=bearer(issuer.token()))  # the keys are known
    issuer.unavailable = True
    with TestClient(install(Guard(issuer.async_verifier(Policy(revocation="feed"))))) as fresh:
        answer = fresh.get("/strict", headers=bearer(issuer.token()))
    assert (answer.status_code, answer.json()["code"]) == (503, "keys_unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "WWW-Authenticate" not in answer.headers


def install(guard: Guard[Any]) -> FastAPI:
    app = app_of(guard)
    guard.install(app)
    return app


def test_a_sign_in_that_is_too_old_says_what_would_do(client: TestClient, issuer: FakeIssuer) -> None:
    answer = client.get("/pay", headers=bearer(issuer.token(claims={"acr": "bronze"})))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].endswith('max_age="60", acr_values="gold silver"')
    assert client.get("/pay", headers=bearer(issuer.token(claims={"acr": "gold"}))).status_code == 200


def test_an_optional_session_fails_no_request(client: TestClient, issuer: FakeIssuer) -> None:
    assert client.get("/maybe").json() is None
    assert client.get("/maybe", headers=bearer("x")).json() is None
    assert client.get("/maybe", headers=bearer(issuer.token())).json() == "ann"
    issuer.unavailable = True
    assert client.get("/maybe", headers=bearer(issuer.session_token())).json() is None


def test_an_ended_session_is_refused(issuer: FakeIssuer) -> None:
    verifier = issuer.async_verifier()
    client = TestClient(install(Guard(verifier)))
    token = issuer.token()
    assert client.get("/me", headers=bearer(token)).status_code == 200
    issuer.end_session("s_1")
    issuer.wait_until_heard(verifier)
    answer = client.get("/me", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"], answer.json()["refreshable"]) == (401, "revoked", True)


def test_without_install_the_status_and_the_challenge_are_the_same(issuer: FakeIssuer) -> None:
    answer = TestClient(app_of(Guard(issuer.async_verifier()))).get("/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["detail"]["code"] == "missing_token"


def test_the_apps_document_says_how_to_authenticate(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["Tenure"]["scheme"] == "bearer"
    assert document["paths"]["/me"]["get"]["security"] == [{"Tenure": []}]


def test_a_policy_that_needs_an_api_key_is_refused_when_the_route_is_made(issuer: FakeIssuer) -> None:
    guard = Guard(AsyncVerifier(issuer.issuer))
    for make in (guard.require, guard.attach):
        with pytest.raises(ConfigurationError):
            make(Policy(revocation="introspect"))


def test_every_code_has_an_answer_of_its_own() -> None:
    assert {code: (row.status, row.refreshable) for code, row in CODES.items() if row.status != 401 or row.refreshable} == {
        "expired": (401, True),
        "unknown_key": (401, True),
        "revoked": (401, True),
        "keys_unavailable": (503, False),
        "feed_stale": (503, False),
        "introspection_unavailable": (503, False),
    }
    for row in CODES.values():
        assert '"' not in row.error  # it stands in quotes in a challenge
        assert row.error.isascii()
        assert row.hint
