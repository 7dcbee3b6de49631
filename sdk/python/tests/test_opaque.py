"""Introspection: of session tokens, and of auth tokens on routes that ask each time."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from support import Answer, Counted, FakeClock, Rogue, body, status
from tenure_verify import AsyncVerifier, Policy, Refused, Unavailable, Verifier
from tenure_verify.testing import FakeIssuer

ASK = Policy(revocation="introspect")


class Watched(FakeIssuer):
    """Counts what it is asked."""

    asked = 0

    def introspect(self, token: str) -> Any:
        self.asked += 1
        return super().introspect(token)


@pytest.fixture
def issuer() -> Iterator[Watched]:
    with Watched() as made:
        yield made


@pytest.fixture
def follower(issuer: Watched, clock: FakeClock, counted: Counted) -> Iterator[Verifier]:
    with Verifier(issuer.issuer, api_key=issuer.api_key, clock=clock, metrics=counted) as made:
        issuer.wait_until_heard(made)
        yield made


def opaque(end: str) -> str:
    """Text of the form of a session token, if its end is."""
    return "ts1_" + end.rjust(92, "-")


def code(verifier: Verifier, token: str, policy: Policy | None = None) -> str:
    with pytest.raises((Refused, Unavailable)) as failed:
        verifier.verify(token, policy)
    return failed.value.code


def test_a_session_token_is_asked_about_once_and_gone_by_while_the_feed_is_fresh(
    follower: Verifier, issuer: Watched, clock: FakeClock
) -> None:
    token = issuer.session_token(claims={"plan": "pro"})
    for _ in range(5):
        verified = follower.verify(token)
        assert (verified.user_id, verified.session_id, dict(verified.claims)["plan"]) == ("ann", "s_1", "pro")
        assert "active" not in verified.claims
    assert issuer.asked == 1
    clock.mono += 11  # the feed is stale
    follower.verify(token)
    follower.verify(token)
    assert issuer.asked == 3


def test_what_was_said_is_kept_for_a_minute_or_a_twentieth_of_its_time(issuer: Watched, clock: FakeClock) -> None:
    with Verifier(issuer.issuer, api_key=issuer.api_key, clock=clock) as follower:
        issuer.wait_until_heard(follower)
        token, short = issuer.session_token(), issuer.session_token(ttl_seconds=30)
        follower.verify(token)
        follower.verify(short)
        held = follower._engine._opaque.find(token)
        assert held is not None
        assert 14 <= held.until - clock.mono <= 15  # a twentieth of 300 s
        long = issuer.session_token(ttl_seconds=3600)
        follower.verify(long)
        held = follower._engine._opaque.find(long)
        assert held is not None
        assert held.until == clock.mono + 60
        clock.mono += 2
        for one in (token, short, long):
            follower.verify(one)
        assert issuer.asked == 4  # about the short one again
        clock.wall += 31
        assert code(follower, short) == "expired"


@pytest.mark.parametrize("subject", ["session", "user", "app"])
def test_an_entry_that_names_it_makes_it_asked_about_again(follower: Verifier, issuer: Watched, subject: str) -> None:
    token = issuer.session_token("ann", "s_1")
    follower.verify(token)
    {"session": lambda: issuer.end_session("s_1"), "user": lambda: issuer.end_user("ann"), "app": issuer.end_app}[subject]()
    issuer.wait_until_heard(follower)
    assert code(follower, token) == "revoked"
    assert issuer.asked == 2


def test_its_audience_end_and_sign_in_are_looked_at(follower: Verifier, issuer: Watched, clock: FakeClock) -> None:
    assert code(follower, issuer.session_token(claims={"aud": ["other"]})) == "wrong_audience"
    assert code(follower, issuer.session_token(claims={"auth_time": 1}), Policy(max_age=60)) == "insufficient_user_authentication"
    assert code(follower, opaque("nobody")) == "revoked"
    assert code(follower, "ts1_" + "x" * 8200) == "too_large"
    before = issuer.asked
    for text in ("ts1_short", opaque("&token=b"), opaque("ä"), opaque("\ud800"), opaque("a") + "\n", opaque("a") + "b"):
        assert code(follower, text) == "malformed_token"
    assert issuer.asked == before


def test_what_was_said_is_not_gone_by_where_the_feed_became_fresh_only_after_it_was_looked_at(
    follower: Verifier, issuer: Watched, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.session_token()
    follower.verify(token)
    feed = follower._engine.feed
    assert feed is not None
    feed.close()
    clock.mono += 11
    look = feed.state.revokes

    def overtaken(**of: Any) -> bool:
        found = look(**of)
        feed.state._known_to = clock.mono
        return found

    monkeypatch.setattr(feed.state, "revokes", overtaken)
    follower.verify(token)
    assert issuer.asked == 2


def test_routes_that_ask_each_time_do_so_for_both_kinds(follower: Verifier, issuer: Watched) -> None:
    for token in (issuer.token(), issuer.session_token()):
        before = issuer.asked
        for _ in range(3):
            assert follower.verify(token, ASK).user_id == "ann"
        assert issuer.asked == before + 3
    token = issuer.token()
    issuer.end_session("s_1")
    assert code(follower, token, ASK) == "revoked"
    assert code(follower, issuer.token(ttl_seconds=-1), ASK) == "expired"
    assert issuer.asked == before + 4  # not about what is refused anyway


BAD: list[Answer] = [
    status(500),
    status(401),
    status(302, {"Location": "/elsewhere"}),
    body(b"<html></html>"),
    body({"active": "yes"}),
    body({"active": True}),
    body({"active": True, "sub": "ann", "exp": "x"}),
    body(b" " * 70_000),
]


@pytest.mark.parametrize("answer", BAD)
def test_an_answer_that_is_none_is_an_outage(answer: Answer) -> None:
    with Rogue() as rogue, Verifier(rogue.issuer, api_key="tk_x") as follower:
        rogue.answers["/oauth/introspect"] = answer
        assert code(follower, opaque("x")) == "introspection_unavailable"


async def test_a_loop_goes_on_while_it_asks(issuer: Watched) -> None:
    released = threading.Event()

    def slow(request: Any) -> None:
        released.wait(5)
        body({"active": True, "sub": "ann", "exp": 9e12, "aud": "demo"})(request)

    with Rogue() as rogue:
        rogue.answers["/oauth/introspect"] = slow
        async with AsyncVerifier(rogue.issuer, api_key="tk_x") as follower:
            waiting = [asyncio.create_task(follower.verify(opaque(str(n)))) for n in range(40)]
            await asyncio.sleep(0.05)
            released.set()
            assert {one.user_id for one in await asyncio.gather(*waiting)} == {"ann"}


def test_a_connection_that_was_closed_while_it_was_idle_is_no_outage() -> None:
    asked = []

    def closes(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.client_address)
        if len(asked) == 2:
            request.close_connection = True  # without an answer
        else:
            body({"active": True, "sub": "ann", "exp": 9e12, "aud": "demo"})(request)

    with Rogue() as rogue, Verifier(rogue.issuer, api_key="tk_x") as follower:
        rogue.answers["/oauth/introspect"] = closes
        for _ in range(2):
            assert follower.verify(opaque("x"), ASK).user_id == "ann"
    assert len(asked) == 3
    assert asked[0] == asked[1] != asked[2]
