"""Keys: when they are fetched, how often, what is taken, and what an outage does."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from support import Answer, Counted, FakeClock, Rogue, body, endless, eventually, status
from tenure_verify import AsyncVerifier, ConfigurationError, Refused, Unavailable, Verifier
from tenure_verify.http import Trouble
from tenure_verify.keys.key import parse_set
from tenure_verify.testing import FakeIssuer

JWKS = "/.well-known/jwks.json"


@pytest.fixture
def rogue(issuer: FakeIssuer) -> Iterator[Rogue]:
    """Serves the keys of `issuer`, which signs as if it were here."""
    with Rogue() as made:
        issuer.issuer = made.issuer
        made.answers[JWKS] = current(issuer)
        yield made


def current(issuer: FakeIssuer) -> Answer:
    """The keys that `issuer` has when it is asked."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        body(issuer.jwks())(request)

    return answer


@pytest.fixture
def verifier(rogue: Rogue, clock: FakeClock, counted: Counted) -> Iterator[Verifier]:
    with Verifier(rogue.issuer, clock=clock, metrics=counted) as made:
        yield made


def code(verifier: Verifier, token: str) -> str:
    with pytest.raises((Refused, Unavailable)) as failed:
        verifier.verify(token)
    return failed.value.code


def long_lived(issuer: FakeIssuer) -> str:
    return issuer.token(ttl_seconds=10 * 24 * 3600)


def test_many_first_requests_make_one_fetch(verifier: Verifier, issuer: FakeIssuer, rogue: Rogue) -> None:
    waiting = threading.Barrier(20)
    token = issuer.token()

    def one(_: int) -> str:
        waiting.wait()
        return verifier.verify(token).user_id

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(one, range(20))) == {"ann"}
    assert rogue.asked == [f"/v1/apps/demo{JWKS}"]


async def test_many_first_requests_make_one_fetch_in_an_event_loop_too(issuer: FakeIssuer, rogue: Rogue) -> None:
    token = issuer.token()
    async with AsyncVerifier(rogue.issuer) as verifier:
        found = await asyncio.gather(*(verifier.verify(token) for _ in range(50)))
    assert {one.user_id for one in found} == {"ann"}
    assert len(rogue.asked) == 1


async def test_the_event_loop_goes_on_while_keys_are_fetched(issuer: FakeIssuer, rogue: Rogue) -> None:
    released = threading.Event()

    def slow(request: Any) -> None:
        released.wait(5)
        body(issuer.jwks())(request)

    rogue.answers[JWKS] = slow
    async with AsyncVerifier(rogue.issuer) as verifier:
        waiting = asyncio.create_task(verifier.verify(issuer.token()))
        given_up = asyncio.create_task(verifier.verify(issuer.token()))
        await asyncio.sleep(0.05)
        given_up.cancel()  # a client that went away takes nobody else's keys along
        released.set()
        assert (await waiting).user_id == "ann"


def test_keys_are_fresh_for_ten_minutes_and_read_again_behind_the_last_two(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock, counted: Counted
) -> None:
    token = long_lived(issuer)
    verifier.verify(token)
    clock.advance(479)
    verifier.verify(token)
    assert len(rogue.asked) == 1
    clock.advance(1)
    verifier.verify(token)
    eventually(lambda: counted.counts["jwks_fetch{fetched}"] == 2)
    clock.advance(470)
    verifier.verify(token)
    assert len(rogue.asked) == 2
    assert counted.counts["jwks_stale"] == 0


def test_an_etag_is_sent_and_304_keeps_the_keys(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock, counted: Counted
) -> None:
    sent: list[str | None] = []

    def conditional(request: Any) -> None:
        sent.append(request.headers.get("If-None-Match"))
        answer = body(issuer.jwks(), headers={"ETag": '"1"'}) if sent[-1] is None else status(304)
        answer(request)

    rogue.answers[JWKS] = conditional
    verifier.verify(long_lived(issuer))
    clock.advance(601)
    verifier.verify(long_lived(issuer))
    assert sent == [None, '"1"']
    assert counted.counts["jwks_fetch{unchanged}"] == 1


def test_an_outage_of_an_hour_refuses_nobody_and_a_day_later_says_that_it_is_one(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock, counted: Counted
) -> None:
    token = long_lived(issuer)
    verifier.verify(token)
    rogue.answers[JWKS] = status(503)
    for _ in range(60):
        clock.advance(60)
        assert verifier.verify(token).user_id == "ann"
    assert counted.counts["jwks_stale"] >= 50
    assert len(rogue.asked) <= 61
    clock.advance(24 * 3600)
    assert code(verifier, token) == "keys_unavailable"
    rogue.answers[JWKS] = body(issuer.jwks())
    clock.advance(10)
    assert verifier.verify(token).user_id == "ann"


def test_without_keys_from_the_beginning_it_is_an_outage_and_no_refusal(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock
) -> None:
    rogue.answers[JWKS] = status(500)
    for _ in range(20):
        assert code(verifier, issuer.token()) == "keys_unavailable"
    assert len(rogue.asked) == 1
    clock.advance(6)
    rogue.answers[JWKS] = body(issuer.jwks())
    assert verifier.verify(issuer.token()).user_id == "ann"


def test_a_rotation_under_load_refuses_nobody(verifier: Verifier, issuer: FakeIssuer, clock: FakeClock) -> None:
    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            issuer.rotate()
            clock.advance(31)
            tokens = [issuer.token() for _ in range(40)]
            assert {one.user_id for one in threads.map(verifier.verify, tokens)} == {"ann"}


def test_a_flood_of_unknown_keys_makes_ten_fetches_a_minute(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock
) -> None:
    good = issuer.token()
    verifier.verify(good)
    hostile = [issuer.sign({"iss": rogue.issuer}, {"kid": f"k{n}"}) for n in range(1000)]
    # Beyond the budget nobody looked: that is trouble, as the key might be the next one of a rotation.
    assert {code(verifier, token) for token in hostile} == {"unknown_key", "keys_unavailable"}
    assert len(rogue.asked) == 10
    assert verifier.verify(good).user_id == "ann"
    clock.advance(60)
    for token in hostile[:50]:
        code(verifier, token)
    assert len(rogue.asked) <= 20
    assert len(verifier._engine._keys._book._unknown_until) <= 128  # type: ignore[attr-defined]


def test_one_unknown_key_is_asked_for_once_a_minute(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock
) -> None:
    verifier.verify(issuer.token())
    stranger = issuer.sign({"iss": rogue.issuer}, {"kid": "nobody"})
    for seconds, asked in ((0, 2), (29, 2), (30, 2), (1, 3)):
        clock.advance(seconds)
        assert code(verifier, stranger) == "unknown_key"
        assert len(rogue.asked) == asked


def test_an_unknown_key_while_the_issuer_is_down_is_trouble_and_no_refusal(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock
) -> None:
    verifier.verify(issuer.token())
    rogue.answers[JWKS] = status(502)
    issuer.rotate()
    fresh = issuer.token()
    assert code(verifier, fresh) == "keys_unavailable"
    assert code(verifier, fresh) == "keys_unavailable"
    assert len(rogue.asked) == 2  # not again within 30 s
    rogue.answers[JWKS] = body(issuer.jwks())
    clock.advance(30)
    assert verifier.verify(fresh).user_id == "ann"


def test_a_new_key_that_joins_a_fetch_under_way_gets_one_of_its_own(verifier: Verifier, issuer: FakeIssuer, rogue: Rogue) -> None:
    verifier.verify(issuer.token())
    before = body(issuer.jwks())
    under_way, released = threading.Event(), threading.Event()

    def answered_before_the_rotation(request: BaseHTTPRequestHandler) -> None:
        rogue.answers[JWKS] = current(issuer)
        under_way.set()
        released.wait(5)
        before(request)

    rogue.answers[JWKS] = answered_before_the_rotation
    stranger = issuer.sign({"iss": rogue.issuer}, {"kid": "nobody"})
    with ThreadPoolExecutor(2) as threads:
        refused = threads.submit(code, verifier, stranger)
        under_way.wait(5)
        issuer.rotate()
        joined = threads.submit(verifier.verify, issuer.token())
        time.sleep(0.1)
        released.set()
        assert joined.result().user_id == "ann"
        assert refused.result() == "unknown_key"
    assert len(rogue.asked) == 3


def test_a_fetch_that_does_not_end_says_nothing_of_a_key(
    verifier: Verifier, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier.verify(issuer.token())
    issuer.rotate()
    released = threading.Event()

    def endless_look_up_of_a_name(*_: Any) -> None:
        released.wait(10)
        raise Trouble

    monkeypatch.setattr(verifier._engine._http, "fetch", endless_look_up_of_a_name)
    monkeypatch.setattr("tenure_verify.waiting.WAIT_SECONDS", 0.1)
    try:
        assert code(verifier, issuer.token()) == "keys_unavailable"
    finally:
        monkeypatch.undo()
        released.set()


def test_a_key_that_has_left_the_set_makes_its_tokens_unknown(verifier: Verifier, issuer: FakeIssuer, clock: FakeClock) -> None:
    old = long_lived(issuer)
    verifier.verify(old)
    issuer.rotate()
    issuer.retire_older_keys()
    clock.advance(601)
    assert code(verifier, old) == "unknown_key"


def test_a_key_that_was_replaced_under_its_id_does_not_vouch_for_older_tokens(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock
) -> None:
    old = long_lived(issuer)
    verifier.verify(old)
    with FakeIssuer() as other:
        replaced = {**other.jwks()["keys"][0], "kid": issuer.jwks()["keys"][0]["kid"]}
    rogue.answers[JWKS] = body({"keys": [replaced]})
    clock.advance(601)
    assert code(verifier, old) == "bad_signature"


BAD: dict[str, Answer] = {
    "ten megabytes": body(b'{"keys":[' + b" " * 10_000_000 + b"]}"),
    "html": body(b"<html>Sign in to the airport's network</html>"),
    "redirect": status(302, {"Location": "/elsewhere"}),
    "endless": endless(b'{"keys":[ ' * 1000),
    "truncated": body(b'{"keys":[', headers={"Content-Length": "500", "Connection": "close"}),
    "no keys": body({"jwks": []}),
    "an array": body(b"[]"),
    "twice": body(b'{"keys":[],"keys":[]}'),
    "too many": body({"keys": [{}] * 33}),
    "an encoding": body(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
    "304 to nothing": status(304),
    "an error": status(500),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_keeps_the_last_good_keys(  # noqa: PLR0917
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, clock: FakeClock, counted: Counted, name: str
) -> None:
    token = long_lived(issuer)
    verifier.verify(token)
    rogue.answers[JWKS] = BAD[name]
    clock.advance(601)
    assert verifier.verify(token).user_id == "ann"
    assert counted.counts["jwks_fetch{failed}"] == 1
    assert "/elsewhere" not in rogue.asked


def test_a_body_that_drips_is_cut_off_after_three_seconds(
    verifier: Verifier, issuer: FakeIssuer, rogue: Rogue, counted: Counted
) -> None:
    rogue.answers[JWKS] = endless(b" ", apart_seconds=0.2)
    assert code(verifier, issuer.token()) == "keys_unavailable"
    assert counted.counts["jwks_fetch{failed}"] == 1


def ec_jwk(**more: object) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key()))
    return {**made, "kid": "a", "alg": "ES256", **more}


def rsa_jwk(bits: int) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, bits).public_key()))
    return {**made, "kid": "a", "alg": "RS256"}


def test_keys_of_no_use_are_left_out_and_the_others_are_taken() -> None:
    point = ec_jwk()
    useless: list[object] = [
        {**point, "kty": "oct", "k": "AAAA"},
        {**point, "crv": "P-384"},
        {**point, "alg": "RS256"},
        {name: member for name, member in point.items() if name != "alg"},
        {**point, "use": "enc"},
        {**point, "use": None},
        {**point, "kid": 1},
        {**point, "kid": "a\n"},
        {**point, "x": point["x"][:-4]},
        {**point, "x": point["y"], "y": point["x"]},
        {**point, "kty": ["EC"]},
        rsa_jwk(1024),
        {"kty": "OKP", "crv": "X25519", "x": "A" * 43, "kid": "a", "alg": "EdDSA"},
        "not an object",
        None,
    ]
    good = ec_jwk(kid="b", use="sig")
    assert list(parse_set(json.dumps({"keys": [*useless, good]}).encode())) == ["b"]
    assert list(parse_set(json.dumps({"keys": [rsa_jwk(2048)]}).encode())) == ["a"]


def test_the_first_of_two_keys_with_one_id_counts() -> None:
    first, second = ec_jwk(), ec_jwk()
    assert parse_set(json.dumps({"keys": [first, second]}).encode()) == parse_set(json.dumps({"keys": [first]}).encode())


def test_keys_from_a_file_need_no_network(issuer: FakeIssuer, tmp_path: Path) -> None:
    pinned = tmp_path / "jwks.json"
    pinned.write_text(json.dumps(issuer.jwks()))
    issuer.issuer = "https://id.example/v1/apps/demo"
    with Verifier(issuer.issuer, jwks_file=pinned) as verifier:
        assert verifier.verify(issuer.token()).user_id == "ann"
        issuer.rotate()
        assert code(verifier, issuer.token()) == "unknown_key"


@pytest.mark.parametrize("text", [b"", b"{}", b'{"keys":[]}', b" " * 70_000])
def test_a_file_without_keys_is_said_at_the_start(tmp_path: Path, text: bytes) -> None:
    pinned = tmp_path / "jwks.json"
    pinned.write_bytes(text)
    for path in (pinned, tmp_path / "absent"):
        with pytest.raises(ConfigurationError, match="the key set"):
            Verifier("https://id.example/v1/apps/demo", jwks_file=path)
