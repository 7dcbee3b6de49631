"""The thread that follows the feed: what it asks, what it survives, and what routes notice of that."""

import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from support import Answer, Counted, FakeClock, Rogue, body, endless, events, eventually, status
from tenure_verify import AsyncVerifier, ConfigurationError, Policy, Refused, Unavailable, Verifier
from tenure_verify.feed.course import Course
from tenure_verify.feed.message import BadMessage
from tenure_verify.feed.sse import EventParser
from tenure_verify.limits import MAX_MESSAGE_BYTES
from tenure_verify.testing import FakeIssuer

DENY = Policy(on_stale="deny")
A = "00000000c0ffee00"


@pytest.fixture
def follower(issuer: FakeIssuer, clock: FakeClock, counted: Counted) -> Iterator[Verifier]:
    with Verifier(issuer.issuer, api_key=issuer.api_key, clock=clock, metrics=counted) as made:
        issuer.wait_until_heard(made)
        yield made


def code(verifier: Verifier, token: str, policy: Policy | None = None) -> str:
    with pytest.raises((Refused, Unavailable)) as failed:
        verifier.verify(token, policy)
    return failed.value.code


def test_an_end_is_refused_as_soon_as_it_was_heard(follower: Verifier, issuer: FakeIssuer) -> None:
    ended, other = issuer.token("ann", "s_1"), issuer.token("ann", "s_2")
    follower.verify(ended)
    issuer.end_session("s_1")
    issuer.wait_until_heard(follower)
    assert code(follower, ended) == "revoked"
    assert follower.verify(other).session_id == "s_2"
    issuer.end_user("ann")
    issuer.wait_until_heard(follower)
    assert code(follower, other) == "revoked"
    assert follower.verify(issuer.token("bob", None)).user_id == "bob"
    issuer.end_app()
    issuer.wait_until_heard(follower)
    assert code(follower, issuer.token("bob", None)) == "revoked"


def test_a_route_may_look_away_and_a_verifier_without_a_key_does(follower: Verifier, issuer: FakeIssuer) -> None:
    token = issuer.token()
    issuer.end_session("s_1")
    issuer.wait_until_heard(follower)
    assert follower.verify(token, Policy(revocation="none")).session_id == "s_1"
    with Verifier(issuer.issuer) as keyless:
        assert keyless.verify(token).session_id == "s_1"
        for way in ("feed", "introspect"):
            with pytest.raises(ConfigurationError, match="API key"):
                keyless.verify(token, Policy(revocation=way))


def is_more_than(counted: Counted, name: str, before: int) -> bool:
    return counted.counts[name] > before


def test_a_killed_feed_is_taken_up_again_and_nothing_is_missed(follower: Verifier, issuer: FakeIssuer, counted: Counted) -> None:
    for n in range(3):
        issuer.unavailable = True
        before = counted.counts["feed_reconnect"]
        eventually(partial(is_more_than, counted, "feed_reconnect", before))
        issuer.end_session(f"s_{n}")
        issuer.unavailable = False
        issuer.wait_until_heard(follower)
        assert code(follower, issuer.token("ann", f"s_{n}")) == "revoked"
    assert counted.counts["feed_reset{start}"] == 1
    assert counted.gauges["feed_entries"] == 3


def test_a_minute_without_the_feed_is_said_and_denies_only_where_it_was_asked_for(
    issuer: FakeIssuer, counted: Counted, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    with Verifier(issuer.issuer, api_key=issuer.api_key, clock=clock, metrics=counted) as follower:
        token = issuer.token()
        issuer.wait_until_heard(follower)
        assert follower.verify(token, DENY).user_id == "ann"
        assert counted.counts["feed_stale_allowed"] == 0
        issuer.unavailable = True
        eventually(lambda: counted.counts["feed_reconnect"] > 0)
        with caplog.at_level(logging.WARNING, "tenure_verify"):
            for _ in range(60):
                clock.advance(1)
                assert follower.verify(token).user_id == "ann"
        assert counted.counts["feed_stale_allowed"] == 50
        assert len([record for record in caplog.records if "feed is stale" in record.message]) == 1
        assert code(follower, token, DENY) == "feed_stale"
        assert follower.verify(token, Policy(on_stale="deny", stale_after=3600)).user_id == "ann"
        issuer.end_session("s_1")
        issuer.unavailable = False
        issuer.wait_until_heard(follower)
        assert code(follower, token) == "revoked"


def test_before_the_first_message_it_is_stale(issuer: FakeIssuer) -> None:
    with Rogue() as rogue, Verifier(rogue.issuer, api_key="tk_x") as follower:
        issuer.issuer = rogue.issuer
        rogue.answers["/.well-known/jwks.json"] = body(issuer.jwks())
        token = issuer.token()
        assert code(follower, token, DENY) == "feed_stale"
        assert follower.verify(token).user_id == "ann"
        assert follower.feed_lag_seconds() is None
        assert not follower.ready(timeout_seconds=0.05)


async def test_who_is_ready_lets_people_in_where_staleness_is_denied(issuer: FakeIssuer) -> None:
    token = issuer.token()
    with issuer.verifier() as follower:
        assert follower.ready()
        assert follower.verify(token, DENY).user_id == "ann"
    async with AsyncVerifier(issuer.issuer, api_key=issuer.api_key) as other:
        assert await other.ready()
        assert (await other.verify(token, DENY)).user_id == "ann"
    assert Verifier(issuer.issuer).ready(), "nothing to wait for"


def wire(after: int | None, cursor: int, *entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    at = {"after": None if after is None else f"{A}-{after}", "cursor": f"{A}-{cursor}", "head": f"{A}-{cursor}"}
    return {**at, "as_of": int(time.time()), "entries": list(entries), **({"reset": "start"} if after is None else {}), **more}


def entry(n: int, session: str) -> dict[str, Any]:
    return {"n": n, "at": 1, "until": int(time.time()) + 60, "sid": session}


FORGED = {"n": 41, "at": 1, "until": 2, "sid": "s_1", "sub": "ann", "iat": 3}
HOSTILE: dict[str, Answer] = {
    "ten megabytes in a line": endless(b"data: " + b"x" * 100_000, kind="text/event-stream"),
    "ten megabytes in many lines": endless(b"data: xxxx\n" * 10_000, kind="text/event-stream"),
    "html": body(b"<html></html>", headers={"Content-Type": "text/html"}),
    "redirect": status(302, {"Location": "/elsewhere"}),
    "no json": events(b"hello"),
    "truncated": events(json.dumps(wire(40, 41, entry(41, "s_2"))).encode()[:-5]),
    "reordered": events(wire(40, 42, entry(42, "s_2"), entry(41, "s_3"))),
    "forged": events(wire(40, 41, FORGED)),
    "gap": events(wire(50, 51, entry(51, "s_2"))),
    "replayed": events(wire(39, 40, entry(40, "s_2"))),
    "an error": status(500),
    "no longer allowed": status(401),
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_feed_changes_nothing_that_was_known_and_is_left(issuer: FakeIssuer, counted: Counted, answer: Answer) -> None:
    with Rogue() as rogue:
        rogue.answers["/revocations"] = events(wire(None, 40, entry(40, "s_0")))
        with Verifier(rogue.issuer, api_key="tk_x", metrics=counted) as follower:
            eventually(lambda: follower.feed_cursor() == f"{A}-40")
            rogue.answers["/revocations"] = answer
            asked = len(rogue.asked)
            eventually(lambda: len(rogue.asked) >= asked + 2)
            assert follower.feed_cursor() == f"{A}-40"
            assert set(rogue.asked[asked:]) == {f"/v1/apps/demo/revocations?after={A}-40"}
            feed = follower._engine.feed
            assert feed is not None
            assert [feed.state.revokes(sid=f"s_{n}", sub="ann", iat=0, kid="k") for n in range(4)] == [True, False, False, False]
            rogue.answers["/revocations"] = events(wire(40, 41, entry(41, "s_9")))
            eventually(lambda: follower.feed_cursor() == f"{A}-41")


def test_another_store_is_begun_anew(counted: Counted) -> None:
    with Rogue() as rogue:
        rogue.answers["/revocations"] = events(wire(None, 40))
        with Verifier(rogue.issuer, api_key="tk_x", metrics=counted) as follower:
            eventually(lambda: follower.feed_cursor() == f"{A}-40")
            other = json.dumps(wire(40, 41)).replace(A, "00000000deadbeef").encode()
            rogue.answers["/revocations"] = events(other)
            eventually(lambda: rogue.asked[-1] == "/v1/apps/demo/revocations")


def test_where_streams_do_not_get_through_it_polls(issuer: FakeIssuer, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenure_verify.http.SILENT_STREAM_SECONDS", 0.2)
    monkeypatch.setattr("tenure_verify.feed.reader.SILENT_STREAM_SECONDS", 0.2)

    def gathering(request: Any) -> None:
        if "text/event-stream" not in request.headers["Accept"]:
            after = request.path.partition("after=")[2].partition("&")[0] or None
            body(issuer.feed.after(after, 0.1))(request)
        else:
            endless(b": gathering\n", apart_seconds=0.05, kind="text/event-stream")(request)

    with Rogue() as rogue:
        rogue.answers["/revocations"] = gathering
        with Verifier(rogue.issuer, api_key="tk_x", metrics=counted) as follower:
            issuer.wait_until_heard(follower, within_seconds=15)
            assert [("wait=" in path) for path in rogue.asked[:4]] == [False, False, False, True]
            issuer.end_session("s_7")
            issuer.wait_until_heard(follower)
        assert counted.counts["feed_message"] >= 2


def test_streams_that_end_before_their_first_message_do_not_get_through_either(issuer: FakeIssuer) -> None:
    def ending(request: Any) -> None:
        if "text/event-stream" in request.headers["Accept"]:
            events()(request)
        else:
            after = request.path.partition("after=")[2].partition("&")[0] or None
            body(issuer.feed.after(after, 0.1))(request)

    with Rogue() as rogue:
        rogue.answers["/revocations"] = ending
        with Verifier(rogue.issuer, api_key="tk_x") as follower:
            issuer.wait_until_heard(follower, within_seconds=15)


def test_what_arrives_after_the_entries_were_looked_at_makes_nothing_fresh(
    follower: Verifier, issuer: FakeIssuer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.token()
    feed = follower._engine.feed
    assert feed is not None
    feed.close()
    clock.advance(11)
    look = feed.state.revokes

    def overtaken(**of: Any) -> bool:
        found = look(**of)
        feed.state._known_to = clock.mono  # by a message that the reader takes now, and that may have revoked this very token
        return found

    monkeypatch.setattr(feed.state, "revokes", overtaken)
    assert code(follower, token, DENY) == "feed_stale"


def test_a_stream_that_began_slowly_is_begun_anew_and_no_longer_looks_old(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenure_verify.feed.reader.SLOW_BEGINNING_SECONDS", 0.5)

    def slow_once(request: BaseHTTPRequestHandler) -> None:
        first = len(rogue.asked) == 1
        time.sleep(1 if first else 0)
        beginning = json.dumps(wire(None, 40) if first else wire(40, 40))
        endless(f"data: {beginning}\n\n".encode(), apart_seconds=0.1, kind="text/event-stream")(request)

    with Rogue() as rogue:
        rogue.answers["/revocations"] = slow_once
        with Verifier(rogue.issuer, api_key="tk_x", metrics=counted):
            eventually(lambda: counted.counts["feed_message"] > 5)
            assert [path.partition("after=")[2] for path in rogue.asked] == ["", f"{A}-40"]


def test_polling_ends_after_a_while_and_one_silent_stream_brings_it_back() -> None:
    course = Course(lambda low, high: high)
    for _ in range(3):
        assert course.way(0) == "stream"
        course.silent(0)
    assert course.way(599) == "poll"
    assert course.way(600) == "stream"
    course.silent(600)
    assert course.way(601) == "poll"
    assert course.way(1200) == "stream"
    course.heard("stream")
    course.silent(1300)
    assert course.way(1300) == "stream"


def test_pauses_double_to_ten_seconds_and_begin_again_once_the_feed_is_back() -> None:
    course = Course(lambda low, high: high)
    assert [course.pause_seconds() for _ in range(7)] == [0.25, 0.5, 1, 2, 4, 8, 10]
    course.heard("stream")  # one message and the end: no reason to come back at once
    assert course.pause_seconds() == 10
    course.heard("stream")
    course.heard("stream")
    assert course.pause_seconds() == 0.25


def test_an_event_may_come_in_pieces_and_may_not_be_larger_than_a_message() -> None:
    text = b': hi\r\nid: 1\r\ndata: {"a":\r\ndata:1}\r\n\r\n\ndata: 2\n\n'
    for size in (1, 2, 3, 7, len(text)):
        parser = EventParser()
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert [event for piece in pieces for event in parser.feed(piece)] == [b'{"a":\n1}', b"2"]
    for large in (b"data: " + b"x" * (MAX_MESSAGE_BYTES + 100), (b"data: " + b"x" * 1000 + b"\n") * 1100):
        parser = EventParser()
        with pytest.raises(BadMessage):
            list(parser.feed(large))


def test_close_ends_the_thread_and_nothing_starts_it_again(issuer: FakeIssuer) -> None:
    before = set(threading.enumerate())
    follower = issuer.verifier()
    issuer.wait_until_heard(follower)
    begun = {thread for thread in threading.enumerate() if thread.name == "tenure-feed"} - before
    assert len(begun) == 1
    follower.close()
    assert not begun.pop().is_alive()
    follower.start()
    assert not {thread for thread in threading.enumerate() if thread.name == "tenure-feed"} - before


def test_a_metrics_hook_that_fails_fails_no_request(issuer: FakeIssuer) -> None:
    class Broken:
        def count(self, name: str, labels: object) -> None:
            raise RuntimeError(name)

        def gauge(self, name: str, value: float) -> None:
            raise RuntimeError(name)

    with issuer.verifier(metrics=Broken()) as follower:
        issuer.wait_until_heard(follower)
        assert follower.verify(issuer.token()).user_id == "ann"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_follows_the_feed_by_itself(issuer: FakeIssuer) -> None:
    with issuer.verifier() as follower:
        token = issuer.token()
        follower.verify(token)
        issuer.wait_until_heard(follower)
        child = os.fork()
        if child == 0:
            os._exit(_hears_an_end(follower, token))
        time.sleep(0.3)
        issuer.end_session("s_1")
        _, ended = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(ended) == 0
        issuer.wait_until_heard(follower)
        assert code(follower, token) == "revoked"


def _hears_an_end(follower: Verifier, token: str) -> int:
    until = time.monotonic() + 8
    while time.monotonic() < until:
        try:
            follower.verify(token)
        except Refused as error:
            return 0 if error.code == "revoked" else 2
        time.sleep(0.01)
    return 1
