"""Against the real server, as run.sh starts it: its tokens, its feed, its session tokens."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
import urllib3

from support import eventually
from tenure_verify import AsyncVerifier, Policy, Refused, Verifier

pytestmark = pytest.mark.skipif("TENURE_READY" not in os.environ, reason="no server: start this with sdk/python/run.sh")

SERVER: dict[str, Any] = json.loads(os.environ.get("TENURE_READY", "{}"))
STRICT = Policy(on_stale="deny")


@dataclass(frozen=True)
class App:
    """An app of its own for one test."""

    issuer: str

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        return call(method, self.issuer + path, body)

    def sign_in(self, user_id: str = "ann") -> dict[str, Any]:
        """The `auth_result` of a new session, with the session's id."""
        answer = self.call("POST", "/sessions", {"user_id": user_id, "acr": "gold", "claims": {"plan": "pro"}})
        return {**answer["auth_result"], "sid": answer["session"]["session_id"]}


def call(method: str, url: str, body: object = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {SERVER['api_key']}"}
    answer = urllib3.request(method, url, json=body, headers=headers, timeout=30, retries=False)
    assert answer.status < 300, f"{method} {url} answers {answer.status}: {answer.data!r}"
    made: dict[str, Any] = json.loads(answer.data) if answer.data else {}
    return made


@pytest.fixture
def app() -> App:
    made = call("POST", f"{SERVER['url']}/v1/apps", {"name": "Verified"})["app"]
    call("PUT", f"{made['issuer']}/session-settings", {"refresh_tokens": True})
    return App(made["issuer"])


@pytest.fixture
def verifier(app: App) -> Iterator[Verifier]:
    with Verifier(app.issuer, api_key=SERVER["api_key"]) as made:
        eventually(lambda: made.feed_lag_seconds() is not None)
        yield made


def is_revoked(verifier: Verifier, token: str) -> bool:
    try:
        verifier.verify(token, STRICT)
    except Refused as refused:
        return refused.code == "revoked"
    return False


def test_its_auth_tokens_are_good_until_their_session_ends(app: App, verifier: Verifier) -> None:
    signed_in = app.sign_in()
    verified = verifier.verify(signed_in["auth_token"], Policy(on_stale="deny", acr_values=("gold",), max_age=300))
    assert (verified.user_id, verified.session_id, dict(verified.claims)["plan"]) == ("ann", signed_in["sid"], "pro")
    other = app.sign_in("bob")["auth_token"]
    app.call("DELETE", f"/sessions/{signed_in['sid']}")
    eventually(lambda: is_revoked(verifier, signed_in["auth_token"]))
    assert verifier.verify(other, STRICT).user_id == "bob"


def test_a_compromised_key_is_refused_at_once_and_its_successor_is_good(app: App, verifier: Verifier) -> None:
    token = app.sign_in()["auth_token"]
    verifier.verify(token, STRICT)
    kid = jwt.get_unverified_header(token)["kid"]
    app.call("POST", f"/signing-keys/{kid}/retire", {"compromised": True, "reason": "test"})
    eventually(lambda: is_revoked(verifier, token))
    assert verifier.verify(app.sign_in()["auth_token"], STRICT).user_id == "ann"


def test_its_session_tokens_mean_the_session_until_it_ends(app: App, verifier: Verifier) -> None:
    signed_in = app.sign_in()
    exchanged = urllib3.PoolManager().request_encode_body(
        "POST",
        f"{app.issuer}/oauth/token",
        encode_multipart=False,
        fields={
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": signed_in["auth_token"],
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "requested_token_type": "urn:tenure:params:oauth:token-type:session",
        },
        headers={"Authorization": f"Bearer {SERVER['api_key']}"},
    )
    token = exchanged.json()["access_token"]
    assert token.startswith("ts1_")
    for policy in (STRICT, STRICT, Policy(revocation="introspect")):
        assert verifier.verify(token, policy).session_id == signed_in["sid"]
    app.call("DELETE", f"/sessions/{signed_in['sid']}")
    eventually(lambda: is_revoked(verifier, token))


def test_an_auth_token_may_be_asked_about_each_time(app: App, verifier: Verifier) -> None:
    signed_in = app.sign_in()
    ask = Policy(revocation="introspect")
    assert verifier.verify(signed_in["auth_token"], ask).user_id == "ann"
    app.call("DELETE", f"/sessions/{signed_in['sid']}")
    with pytest.raises(Refused, match="revoked"):
        verifier.verify(signed_in["auth_token"], ask)


async def test_event_loops_see_the_same(app: App) -> None:
    async with AsyncVerifier(app.issuer, api_key=SERVER["api_key"]) as verifier:
        assert (await verifier.verify(app.sign_in()["auth_token"])).user_id == "ann"
